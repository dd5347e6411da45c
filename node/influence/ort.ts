import { nativeCall } from "./native-threads.ts";

export type Ort = typeof import("onnxruntime-node");

/**
 * ONNX Runtime's binding, loaded with the first session: most commands and threads need none, and a thread that ends while
 * it loads takes the process along as one that ends inside a call does.
 */
export const loadOrt = (): Promise<Ort> => nativeCall(() => import("onnxruntime-node"));

/** The part of the WebAssembly interface that we use; the compiler's library has it only together with the DOM. */
interface WebAssemblyApi {
  readonly Memory: new (options: { initial: number; maximum: number; shared: boolean }) => KernelMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** A shared linear memory: passes to worker threads without a copy. */
export interface KernelMemory {
  readonly buffer: SharedArrayBuffer;
}

const api = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

export const PAGE_BYTES = 65536;
/** 4 GiB, the most a 32-bit memory can name. */
export const MAXIMUM_PAGES = 65536;

export function sharedMemory(bytes: number): KernelMemory {
  const initial = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  return new api.Memory({ initial, maximum: MAXIMUM_PAGES, shared: true });
}

/** The exported functions of a module assembled by `assemble`, over this memory. */
export function instantiate<Exports>(bytes: Uint8Array<ArrayBuffer>, memory: KernelMemory): Exports {
  return new api.Instance(new api.Module(bytes), { env: { memory } }).exports as Exports;
}

/** Whether this machine's WebAssembly has every instruction of a module. */
export const isValid = (bytes: Uint8Array<ArrayBuffer>): boolean => api.validate(bytes);

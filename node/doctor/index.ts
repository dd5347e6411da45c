export { advice, type Diagnosis, diagnose } from "./diagnose.ts";

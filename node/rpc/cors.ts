import { UPLOAD_HEADERS } from "../blobs/index.ts";

const ALLOWED_HEADERS: string = ["content-type", ...Object.values(UPLOAD_HEADERS)].join(", ");

/** True when the node's operator lets pages of this origin read answers; `*` lets all. */
export function originAllowed(origins: readonly string[], origin: string): boolean {
  return origins.includes("*") || origins.includes(origin);
}

/** Headers that let a browser page of an allowed origin read the answer; none for other origins. */
export function corsHeaders(origins: readonly string[], origin: string | undefined): Record<string, string> {
  if (origin === undefined || !originAllowed(origins, origin)) return {};
  return {
    "access-control-allow-origin": origins.includes("*") ? "*" : origin,
    "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
    "access-control-allow-headers": ALLOWED_HEADERS,
    "access-control-max-age": "600",
    vary: "origin",
  };
}

import type { Stream } from "@libp2p/interface";
import { P2pError, type P2pErrorCode } from "./errors.ts";
import { encodeFrame, FrameDecoder } from "./frames.ts";
import type { PeerId } from "./ports.ts";

/** First byte of every answer frame; the rest is the payload, or a reason in UTF-8. */
const STATUS = { ok: 0, refused: 1, busy: 2, internal: 3 } as const;

export type AnswerStatus = keyof typeof STATUS;

export const MAX_REASON_BYTES = 256;

export function encodeAnswer(status: AnswerStatus, payload: Uint8Array): Uint8Array {
  const answer = new Uint8Array(1 + payload.length);
  answer[0] = STATUS[status];
  answer.set(payload, 1);
  return encodeFrame(answer);
}

/** The first frame of a stream. Throws `frame-too-large`, `timeout` or `closed`. */
export function readFrame(stream: Stream, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const decoder = new FrameDecoder(maxBytes);
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      stream.removeEventListener("message", onMessage);
      stream.removeEventListener("close", onClose);
      stream.removeEventListener("end", onEnd);
      signal.removeEventListener("abort", onAbort);
      settle();
    };
    const onMessage = ({ data }: { readonly data: { subarray(): Uint8Array } }): void => {
      try {
        decoder.push(data.subarray());
        const frame = decoder.next();
        if (frame) finish(() => resolve(frame));
      } catch (error) {
        finish(() => reject(error));
      }
    };
    const fail = (code: P2pErrorCode, message: string): void => finish(() => reject(new P2pError(code, message)));
    const onClose = (): void => fail("closed", "the stream closed before a whole message arrived");
    const onEnd = (): void => fail("closed", "the peer ended the stream before a whole message");
    const onAbort = (): void => fail("timeout", "no whole message in time");
    stream.addEventListener("message", onMessage);
    stream.addEventListener("close", onClose);
    stream.addEventListener("end", onEnd);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    else if (stream.readableEnded) onEnd();
    else if (stream.status !== "open") onClose();
  });
}

/** The payload of an answer frame. Throws `busy` or `refused` as the peer says, `frame-malformed` otherwise. */
export function openAnswer(frame: Uint8Array, peer: PeerId): Uint8Array {
  const payload = frame.subarray(1);
  if (frame[0] === STATUS.ok) return payload;
  const reason = Buffer.from(payload.subarray(0, MAX_REASON_BYTES))
    .toString()
    .replace(/[^\x20-\x7e]/g, "?");
  if (frame[0] === STATUS.busy) throw new P2pError("busy", `peer ${peer} is busy: ${reason}`, { peer });
  if (frame[0] === STATUS.refused || frame[0] === STATUS.internal) {
    throw new P2pError("refused", `peer ${peer} refused: ${reason}`, { peer });
  }
  throw new P2pError("frame-malformed", `peer ${peer} answered with unknown status`, { peer });
}

import { expect, test } from "vitest";
import { taggedHash, utf8Bytes } from "../../chain/crypto/tagged.ts";
import { openingHash } from "./ids.ts";
import { account, hashOf } from "./testing/fixtures.ts";

test("the hash of an opening is over tag, subject, poster and opening; another of any of them gives another hash", () => {
  const [subject, poster, opening] = [hashOf("subject"), account("host"), utf8Bytes("opening")];
  const hash = openingHash({ subject, poster }, opening);
  expect(hash).toEqual(taggedHash("openledger/opening", subject, utf8Bytes(poster), opening));
  expect(openingHash({ subject: hashOf("other"), poster }, opening)).not.toEqual(hash);
  expect(openingHash({ subject, poster: account("thief") }, opening)).not.toEqual(hash);
  expect(openingHash({ subject, poster }, utf8Bytes("opened"))).not.toEqual(hash);
});

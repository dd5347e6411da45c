import { type GeneratedType, Registry } from "@cosmjs/proto-signing";
import { type AminoConverters, createDefaultAminoConverters, defaultRegistryTypes } from "@cosmjs/stargate";
import { Msg as AttributionMsg, MsgBlockInfo } from "./gen/openledger/attribution/v1.ts";
import { Msg as CurationMsg } from "./gen/openledger/curation/v1.ts";
import { Msg as DatanetMsg } from "./gen/openledger/datanet/v1.ts";
import { Msg as DisputeMsg } from "./gen/openledger/dispute/v1.ts";
import { Msg as FinetuneMsg } from "./gen/openledger/finetune/v1.ts";
import { Msg as InferenceMsg } from "./gen/openledger/inference/v1.ts";
import { Msg as ModelregistryMsg } from "./gen/openledger/modelregistry/v1.ts";
import { Msg as RewardsMsg } from "./gen/openledger/rewards/v1.ts";
import { fromJson, type MessageCodec, type ServiceMethod, toAminoJson } from "./runtime.ts";

// What a wallet needs to know of this chain's messages: a CosmJS Registry and amino converters.

const SERVICES = [
  DatanetMsg,
  CurationMsg,
  ModelregistryMsg,
  AttributionMsg,
  InferenceMsg,
  RewardsMsg,
  FinetuneMsg,
  DisputeMsg,
] as const;

/** Codecs of every message that an account can sign. */
export const openledgerMessages: readonly MessageCodec<object>[] = SERVICES.flatMap((service) =>
  Object.values(service as Readonly<Record<string, ServiceMethod<object, object>>>).map(({ request }) => request),
);

/** Type URL and codec of this chain's messages, transaction 0's included, so that any block decodes. */
export const openledgerRegistryTypes: readonly [string, GeneratedType][] = [...openledgerMessages, MsgBlockInfo].map(
  // The codecs read and write protobufjs' own reader and writer, whose types differ from CosmJS' in name only.
  (codec) => [codec.typeUrl, codec as unknown as GeneratedType],
);

/** A Registry of this chain's and of CosmJS' default messages. */
export function createRegistry(): Registry {
  return new Registry([...defaultRegistryTypes, ...openledgerRegistryTypes]);
}

/** Amino type of a message: `openledger/MsgCreateDataNet`. */
export function aminoTypeOf(codec: { readonly typeName: string }): string {
  return `openledger/${codec.typeName.slice(codec.typeName.lastIndexOf(".") + 1)}`;
}

/** Amino converters of this chain's and of CosmJS' default messages, for `new AminoTypes(...)`. */
export function createAminoConverters(): AminoConverters {
  const own = openledgerMessages.map((codec) => [
    codec.typeUrl,
    {
      aminoType: aminoTypeOf(codec),
      toAmino: (value: object) => toAminoJson(codec, value),
      fromAmino: (value: unknown) => fromJson(codec, value),
    },
  ]);
  return { ...createDefaultAminoConverters(), ...Object.fromEntries(own) };
}

/** A model file: larger ones would not fit a validator's memory several times over (float64, session, index). */
export const MAX_MODEL_BYTES = 1 << 30;
/** All initializers after decoding, at 8 bytes an element: encoded in float64 a model must stay below protobuf's 2 GiB. */
export const MAX_INITIALIZER_BYTES = 2 ** 31 - 2 ** 24;
/** Elements of one value, as far as its dimensions are known; the reference evaluator has the same limit. */
export const MAX_ELEMENTS = 2 ** 28;
/** Terms of a symbolic dimension: exporters write one to three. */
export const MAX_TERMS = 16;
/** Nodes of one graph, gradients included; a 24-layer encoder exports to about 2,000. */
export const MAX_NODES = 50_000;
/** Initializers, inputs, outputs or value infos of one graph. */
export const MAX_VALUES = 50_000;
/** Bytes of any name. */
export const MAX_NAME_BYTES = 512;
/** Inputs or outputs of one node; Concat and Split are the wide ones. */
export const MAX_ARITY = 4096;
/** Attributes of one node. */
export const MAX_ATTRIBUTES = 64;
/** Dimensions of one tensor. */
export const MAX_RANK = 16;
/** Elements of a list attribute. */
export const MAX_ATTRIBUTE_ELEMENTS = 65_536;
/** Integer tensors up to this size are followed during shape inference; shapes and axes are far smaller. */
export const MAX_KNOWN_INTEGERS = 1024;

/** SHA-256 of each golden computation by the exact reference. Written by regenerate.ts; see README.md. */
export const EXPECTED_DIGESTS: Readonly<Record<string, string>> = {
  "head and its gradient": "00cde3c5a444d42372ab99d49b436ff23945fef403a06e5ffdda06f6d1123f1c",
  encoder: "c4bc21edeee36ab5537fef9dd0fa8bb13cf90c13542b8e9300a7b5b354b98911",
  "decoder and its per-sample gradients": "87c8b5245d8d196381b44438bab8d5ad70d8ee5d215f6fff3ea0ef242515c09b",
  "int8 scores": "e0412d772611c087a530d59a797b99d593d62f1e88fd6cd358e1d57a323214d4",
  "float64 product": "328a4f9848d3eaab029cec0e8b717f75cc4eb5a025f06dae2243f737d9a449e0",
  sketches: "574652c00bf6cb88dbd9d9b0ef405bac57366dd66b01c9ac4e09356ce311d634",
  "hashed n-grams": "963df54e65d362fb099d207fed0fd34a8c7c606fc5e05b91a831eaaf963de897",
  "exp, log, tanh, sqrt": "5bcf9658007daa332c24a76bf935cecb71b4f52cf414bb642f2de7245ea9f872",
};

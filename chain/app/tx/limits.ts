/** Longest transaction from a wallet. Items travel as blobs, so messages are small; a reveal or result is a few kB. */
export const MAX_TX_BYTES = 256 * 1_024;

/** Longest transaction 0: an extended commit of 10,000 validators and a block's openings stay below. */
export const MAX_INJECTED_TX_BYTES = 3 * 1_024 * 1_024;

/** Messages of one transaction. */
export const MAX_TX_MESSAGES = 256;

/** Signers of one transaction. */
export const MAX_TX_SIGNERS = 16;

/** Coins of one fee or transfer: a chain has few denominations. */
export const MAX_TX_COINS = 16;

/** Nesting of `ModeInfo.Multi`: multisig keys within a multisig key go no deeper. */
export const MAX_MODE_INFO_DEPTH = 4;

/** Longest memo in characters, as wallets expect (x/auth's `MaxMemoCharacters`). */
export const MAX_MEMO_CHARACTERS = 256;

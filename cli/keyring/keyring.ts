import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  Bip39,
  type EnglishMnemonic,
  EnglishMnemonic as Mnemonic,
  Random,
  Slip10,
  Slip10Curve,
  stringToPath,
} from "@cosmjs/crypto";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { secp256k1PublicKey } from "../../chain/crypto/keys.ts";
import { writeDurably } from "../../node/home/durable-file.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import type { PassphraseSource } from "./passphrase.ts";

export type KeyringBackend = "file" | "test";

/** Cosmos' derivation path: what Keplr and Ledger use too. */
const HD_PATH = "m/44'/118'/0'/0/0";

export interface KeyInfo {
  readonly name: string;
  readonly address: string;
  /** Compressed secp256k1 key, hex. */
  readonly pubkey: string;
}

export interface KeyMaterial {
  readonly address: string;
  /** secp256k1, 32 bytes. */
  readonly privateKey: Uint8Array;
  /** Compressed, 33 bytes. */
  readonly pubKey: Uint8Array;
}

interface StoredKey extends KeyInfo {
  /** `test`: the mnemonic; `file`: a wallet encrypted by the passphrase (argon2id, XChaCha20-Poly1305). */
  readonly mnemonic?: string;
  readonly encrypted?: string;
}

export interface KeyringOptions {
  readonly home: string;
  readonly backend: KeyringBackend;
  /** Bech32 prefix of the accounts. */
  readonly prefix: string;
}

/** Account keys in `<home>/keyring-<backend>`, one file a key. */
export class Keyring {
  readonly #dir: string;
  readonly #options: KeyringOptions;
  readonly #passphrase: PassphraseSource;

  constructor(options: KeyringOptions, passphrase: PassphraseSource) {
    this.#options = options;
    this.#dir = join(options.home, `keyring-${options.backend}`);
    this.#passphrase = passphrase;
  }

  list(): KeyInfo[] {
    if (!existsSync(this.#dir)) return [];
    const names = readdirSync(this.#dir).filter((file) => file.endsWith(".json"));
    return names.sort().map((file) => publicPart(this.#read(file.slice(0, -5))));
  }

  show(name: string): KeyInfo {
    return publicPart(this.#read(name));
  }

  /** A new random key; returns its mnemonic, which is shown once. */
  async add(name: string): Promise<{ readonly key: KeyInfo; readonly mnemonic: string }> {
    const mnemonic = Bip39.encode(Random.getBytes(32)).toString();
    return { key: await this.import(name, mnemonic), mnemonic };
  }

  async import(name: string, mnemonic: string): Promise<KeyInfo> {
    checkName(name);
    if (existsSync(this.#path(name)))
      throw usageError(`key ${name} exists already`, "choose another name, or delete it first");
    const wallet = await this.#wallet(parseMnemonic(mnemonic).toString());
    const [account] = await wallet.getAccounts();
    if (!account) throw new CliError(EXIT.failure, "the wallet has no account");
    const info = { name, address: account.address, pubkey: Buffer.from(account.pubkey).toString("hex") };
    const secret =
      this.#options.backend === "test"
        ? { mnemonic: wallet.mnemonic }
        : { encrypted: await wallet.serialize(await this.#passphrase.create()) };
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    writeDurably(this.#path(name), `${JSON.stringify({ ...info, ...secret }, null, 2)}\n`);
    return info;
  }

  delete(name: string): void {
    this.#read(name);
    rmSync(this.#path(name));
  }

  /** The key as CosmJS signs with it. */
  async signer(name: string): Promise<DirectSecp256k1HdWallet> {
    const stored = this.#read(name);
    if (stored.mnemonic) return this.#wallet(stored.mnemonic);
    if (!stored.encrypted)
      throw new CliError(EXIT.config, `key file of ${name} holds no secret`, "import the key again");
    try {
      return await DirectSecp256k1HdWallet.deserialize(stored.encrypted, await this.#passphrase.ask());
    } catch {
      throw new CliError(EXIT.failure, `key ${name} can't be decrypted`, "check the passphrase");
    }
  }

  /** The raw key: for signatures that are not transactions, such as blob uploads. */
  async material(name: string): Promise<KeyMaterial> {
    const wallet = await this.signer(name);
    const seed = await Bip39.mnemonicToSeed(parseMnemonic(wallet.mnemonic));
    const { privkey } = Slip10.derivePath(Slip10Curve.Secp256k1, seed, stringToPath(HD_PATH));
    return { address: this.show(name).address, privateKey: privkey, pubKey: secp256k1PublicKey(privkey) };
  }

  /** Address of a key name, or the text itself when it is an address of this chain. */
  addressOf(nameOrAddress: string): string {
    return nameOrAddress.startsWith(`${this.#options.prefix}1`) ? nameOrAddress : this.show(nameOrAddress).address;
  }

  #wallet(mnemonic: string): Promise<DirectSecp256k1HdWallet> {
    return DirectSecp256k1HdWallet.fromMnemonic(mnemonic, {
      prefix: this.#options.prefix,
      hdPaths: [stringToPath(HD_PATH)],
    });
  }

  #path(name: string): string {
    return join(this.#dir, `${name}.json`);
  }

  #read(name: string): StoredKey {
    checkName(name);
    const path = this.#path(name);
    if (!existsSync(path)) {
      throw new CliError(
        EXIT.notFound,
        `no key ${name} in ${this.#dir}`,
        "see `openledgerd keys list`, and --keyring-backend",
      );
    }
    try {
      return JSON.parse(readFileSync(path, "utf8")) as StoredKey;
    } catch (error) {
      throw new CliError(
        EXIT.corrupt,
        `${path} is not JSON: ${(error as Error).message}`,
        "import the key again from its mnemonic",
      );
    }
  }
}

function publicPart({ name, address, pubkey }: StoredKey): KeyInfo {
  return { name, address, pubkey };
}

function checkName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name)) {
    throw usageError(`${JSON.stringify(name)} is not a key name`, "use letters, digits, '_', '-' and '.'");
  }
}

function parseMnemonic(text: string): EnglishMnemonic {
  try {
    return new Mnemonic(text.trim().toLowerCase().split(/\s+/).join(" "));
  } catch (error) {
    throw usageError(`not a mnemonic: ${(error as Error).message}`, "12 to 24 English words with a valid checksum");
  }
}

import { posix } from "node:path";
import type protobuf from "protobufjs";
import type { PackageSource, Resolved } from "./load.ts";

/** How a field's type is spelled in the generated file. */
export interface Reference {
  readonly kind: "enum" | "message";
  /** The TypeScript type; an enum's table has the same name. */
  readonly type: string;
  /** Expression for a message's codec. */
  readonly codec: string;
}

/** Collects what one generated file imports, and renames imports that meet a name of its own. */
export class Names {
  readonly #source: PackageSource;
  readonly #own: ReadonlySet<string>;
  readonly #imports = new Map<string, Map<string, string>>();
  readonly #runtime = new Set<string>();
  /** Imported names by what they stand for: a second type of the same name gets its full name. */
  readonly #taken = new Map<string, string>();

  constructor(source: PackageSource) {
    this.#source = source;
    this.#own = new Set(source.declarations.map(({ name }) => name));
    if (source.declarations.some(({ kind }) => kind === "message")) {
      this.#runtime.add("type MessageCodec").add("message");
    }
  }

  reference(reference: string, scope: protobuf.NamespaceBase): Reference {
    const resolved = this.#source.resolve(reference, scope);
    const type = this.#local(resolved);
    if (resolved.kind === "external") {
      this.#runtime.add("external");
      return { kind: "message", type, codec: `external(${type})` };
    }
    if (resolved.declaration.kind === "service") throw new Error(`${reference} is a service, not a type`);
    return { kind: resolved.declaration.kind, type, codec: type };
  }

  #local(resolved: Resolved): string {
    if (resolved.kind === "external") {
      return this.#import(resolved.module, resolved.name, resolved.fullName);
    }
    const { packageName, declaration } = resolved;
    if (packageName === this.#source.name) return declaration.name;
    const to = packageName.replaceAll(".", "/");
    const path = posix.relative(posix.dirname(this.#source.path), to);
    const module = `${path.startsWith(".") ? path : `./${path}`}.ts`;
    return this.#import(module, declaration.name, `${packageName}.${declaration.name}`);
  }

  #import(module: string, name: string, fullName: string): string {
    const clash = this.#own.has(name) || (this.#taken.get(name) ?? fullName) !== fullName;
    const alias = clash ? fullName.split(".").map(capital).join("") : name;
    this.#taken.set(alias, fullName);
    const names = this.#imports.get(module) ?? new Map<string, string>();
    this.#imports.set(module, names.set(name, alias));
    return alias;
  }

  /** Import statements; asked for last, when every reference was made. */
  imports(): string {
    const depth = this.#source.path.split("/").length;
    const lines = [...this.#imports]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([module, names]) => {
        const list = [...names].sort().map(([name, alias]) => (name === alias ? name : `${name} as ${alias}`));
        return `import { ${list.join(", ")} } from "${module}";\n`;
      });
    if (this.#runtime.size > 0) {
      lines.push(`import { ${[...this.#runtime].sort().join(", ")} } from "${"../".repeat(depth)}runtime.ts";\n`);
    }
    return lines.join("");
  }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import protobuf from "protobufjs";

const load = createRequire(import.meta.url);

/** A message, enum or service of a package with the name it gets in TypeScript (nested ones: `Outer_Inner`). */
export type Declaration =
  | { readonly kind: "message"; readonly name: string; readonly object: protobuf.Type }
  | { readonly kind: "enum"; readonly name: string; readonly object: protobuf.Enum }
  | { readonly kind: "service"; readonly name: string; readonly object: protobuf.Service };

/** A type that cosmjs-types already has, by its module. */
export interface ExternalType {
  readonly kind: "external";
  readonly fullName: string;
  readonly name: string;
  readonly module: string;
}

/** One protobuf package: everything of it goes into one TypeScript file. */
export interface PackageSource {
  readonly name: string;
  /** Path of the package, e.g. openledger/bank/v1. */
  readonly path: string;
  readonly declarations: readonly Declaration[];
  readonly resolve: (reference: string, scope: protobuf.NamespaceBase) => Resolved;
}

export type Resolved =
  | ExternalType
  | { readonly kind: "own"; readonly packageName: string; readonly declaration: Declaration };

/** Parses every .proto file below `dir` in path order; imports of files that are not there come from cosmjs-types. */
export function loadPackages(dir: string): PackageSource[] {
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".proto"))
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
  const root = new protobuf.Root();
  const packages = new Set<string>();
  const imports = new Set<string>();
  for (const path of files) {
    const parsed = protobuf.parse(readFileSync(join(dir, path), "utf8"), root, {
      keepCase: true,
      alternateCommentMode: true,
    });
    if (!parsed.package) throw new Error(`${path}: no package`);
    packages.add(parsed.package);
    for (const target of parsed.imports ?? []) if (!files.includes(target)) imports.add(target);
  }
  const index = indexOwn(root, packages);
  const externals = [...imports]
    .filter((path) => !path.startsWith("gogoproto/") && !path.startsWith("cosmos_proto/"))
    .sort();
  return [...packages].sort().map((name) => ({
    name,
    path: name.replaceAll(".", "/"),
    declarations: [...index.values()].filter((own) => own.packageName === name).map((own) => own.declaration),
    resolve: (reference, scope) => resolveType(reference, scope, index, externals),
  }));
}

type Index = Map<string, Extract<Resolved, { kind: "own" }>>;

function indexOwn(root: protobuf.Root, packages: ReadonlySet<string>): Index {
  const index: Index = new Map();
  for (const packageName of packages) {
    const namespace = root.lookup(packageName, protobuf.Namespace as never);
    if (namespace instanceof protobuf.Namespace) indexNamespace(namespace, packageName, "", index);
  }
  return index;
}

function indexNamespace(namespace: protobuf.NamespaceBase, packageName: string, prefix: string, index: Index): void {
  for (const object of namespace.nestedArray) {
    const name = `${prefix}${object.name}`;
    const add = (declaration: Declaration): void =>
      void index.set(object.fullName.slice(1), { kind: "own", packageName, declaration });
    if (object instanceof protobuf.Type) {
      add({ kind: "message", name, object });
      indexNamespace(object, packageName, `${name}_`, index);
    } else if (object instanceof protobuf.Enum) add({ kind: "enum", name, object });
    else if (object instanceof protobuf.Service) add({ kind: "service", name, object });
  }
}

// A reference is looked up from the innermost scope outwards (protobuf language guide, "Packages and Name Resolution").
function resolveType(
  reference: string,
  scope: protobuf.NamespaceBase,
  index: Index,
  externals: readonly string[],
): Resolved {
  const absolute = reference.startsWith(".");
  const parts = absolute ? [] : scope.fullName.slice(1).split(".");
  for (let depth = parts.length; depth >= 0; depth--) {
    const own = index.get([...parts.slice(0, depth), reference.replace(/^\./, "")].join("."));
    if (own) return own;
  }
  return resolveExternal(reference.replace(/^\./, ""), externals);
}

function resolveExternal(fullName: string, externals: readonly string[]): ExternalType {
  const cut = fullName.lastIndexOf(".");
  const name = fullName.slice(cut + 1);
  const folder = fullName.slice(0, Math.max(cut, 0)).replaceAll(".", "/");
  for (const path of externals) {
    if (path.slice(0, path.lastIndexOf("/")) !== folder) continue;
    const module = `cosmjs-types/${path.replace(/\.proto$/, "")}`;
    const exported = (load(module) as Record<string, { typeUrl?: string } | undefined>)[name];
    if (exported?.typeUrl === `/${fullName}`) return { kind: "external", fullName, name, module };
  }
  throw new Error(`unknown type ${fullName}: define it, or import its file from cosmos/ or google/`);
}

/**
 * Which way imports go: index.ts → stacks → components ← policies, and look → stacks and components, between rooms without a circle; what is in a model/
 * imports nothing of Pulumi and nothing outside one; what starts kubectl is imported by its own room alone; the lab stands alone; tests see all. A room is a
 * folder of components/, stacks/, policies/ or look/; what lies beside the rooms is one too.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ts from "typescript";

const HOUSE = ["components", "stacks", "policies", "look"];

/** What files of a part of the house may not import. */
const LAYERS = {
  "index.ts": ["policies", "look", "lab", "test"],
  components: ["stacks", "policies", "look", "lab", "test", "index"],
  stacks: ["policies", "look", "lab", "test", "index"],
  policies: ["stacks", "look", "lab", "test", "index"],
  look: ["policies", "lab", "test", "index"],
  lab: ["components", "stacks", "policies", "look", "test", "index", "@pulumi"],
};

const posix = (path) => path.split(sep).join("/");

/** A path of the repository, or a package. */
const targetOf = (file, specifier) =>
  specifier.startsWith(".")
    ? posix(join(dirname(file), specifier))
        .replace(/^\.\/?$/, "index")
        .replace(/\/$/, "")
    : specifier;

/** The room of a file, such as `components/mesh`; the part of the house itself for a file beside the rooms. */
function roomOf(path) {
  const [part, room, ...rest] = path.split("/");
  return HOUSE.includes(part) ? (rest.length === 0 ? part : `${part}/${room}`) : undefined;
}

/** Which rooms import which, in the whole repository. */
function readRooms(root) {
  const rooms = new Map();
  for (const part of HOUSE.filter((each) => existsSync(join(root, each)))) {
    for (const entry of readdirSync(join(root, part), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
      const file = posix(relative(root, join(entry.parentPath, entry.name)));
      const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), "utf8"), true, true);
      const imported = rooms.get(roomOf(file)) ?? new Set();
      importedFiles.map(({ fileName }) => roomOf(targetOf(file, fileName))).forEach((room) => imported.add(room));
      rooms.set(roomOf(file), imported);
    }
  }
  return rooms;
}

/** The rooms on a way from one to another, both included; `undefined` where none leads there. */
function way(rooms, from, to, seen = new Set()) {
  if (from === to) return [to];
  seen.add(from);
  for (const next of rooms.get(from) ?? []) {
    const rest = seen.has(next) ? undefined : way(rooms, next, to, seen);
    if (rest !== undefined) return [from, ...rest];
  }
  return undefined;
}

const isModel = (path) => /^(components\/[^/]+|policies|look)\/model\//.test(path);

/** What can have kubectl run with any arguments: elsewhere a cluster is a ClusterApi. */
const STARTS_KUBECTL = /^components\/kubernetes\/(kubectl|kubectlProcess|kubectlReads|processGroup|serverSideApply)$/;

/** Why a file may not import something; `undefined` where it may. */
function objection(file, target, root) {
  const [part, to] = [file.split("/")[0], target.split("/")[0]];
  if (LAYERS[part]?.includes(to)) return `${part} imports nothing of ${to}`;
  if (isModel(file) && to === "@pulumi") return "a model/ imports nothing of Pulumi";
  if (isModel(file) && HOUSE.includes(to) && !isModel(target)) return "a model/ imports nothing outside a model/";
  if (STARTS_KUBECTL.test(target) && HOUSE.includes(part) && roomOf(file) !== "components/kubernetes") {
    return "only components/kubernetes runs kubectl; import ClusterApi";
  }
  const [here, there] = [roomOf(file), roomOf(target)];
  if (here === undefined || there === undefined || here === there) return undefined;
  const back = way(roomsOf(root), there, here);
  return back === undefined ? undefined : `rooms import each other in a circle: ${[here, ...back].join(" → ")}`;
}

const known = new Map();

/** A run of ESLint reads the rooms once. */
function roomsOf(root) {
  if (!known.has(root)) known.set(root, readRooms(root));
  return known.get(root);
}

/** The rule. */
export const rooms = {
  meta: { type: "problem", schema: [] },
  create(context) {
    const file = posix(relative(context.cwd, context.filename));
    const check = ({ source }) => {
      if (typeof source?.value !== "string") return;
      const message = objection(file, targetOf(file, source.value), context.cwd);
      if (message !== undefined) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};

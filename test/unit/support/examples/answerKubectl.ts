import type { StoredObject } from "../../../support/kubernetes/storedObject";

/** What a kubectl that has clusters in memory is called with. */
interface Asked {
  readonly args: readonly string[];
  readonly stdin: string;
  readonly print: (args: readonly string[], value: unknown) => string;
}

/**
 * What kubectl prints of a cluster with these objects: for `get` of objects and of kinds, by namespace and selector, for reviews of access, which allow
 * all, and for the kinds that there are.
 */
function answerKubectl(objects: readonly StoredObject[], { args, stdin, print }: Asked): string {
  const [verb = "", ...rest] = args;
  const named = rest.slice(
    0,
    rest.findIndex((arg) => arg.startsWith("-")),
  );
  const after = (flag: string): string | undefined => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const [namespace, selector] = [after("-n"), after("-l")];
  const plural = (kind: string) => kind.toLowerCase().replace(/y$/, "ie") + "s";
  const isOf = (resource: string, kind: string) => {
    const asked = (resource.split(".")[0] ?? "").toLowerCase();
    return asked === kind.toLowerCase() || asked === plural(kind);
  };
  const isSelected = ({ metadata }: StoredObject) => {
    const labels = (metadata["labels"] ?? {}) as Readonly<Record<string, string>>;
    return (selector ?? "").split(",").every((term) => {
      const [, not = "", key = "", operator, value] = /^(!?)([^!=]*)(!?=)?(.*)$/.exec(term) ?? [];
      if (key === "") return true;
      if (operator === undefined) return (labels[key] === undefined) === (not === "!");
      return (labels[key] === value) === (operator === "=");
    });
  };
  const here = objects.filter(
    (each) => namespace === undefined || each.metadata.namespace === undefined || each.metadata.namespace === namespace,
  );
  if (verb === "create") {
    const { items } = JSON.parse(stdin) as { readonly items: readonly object[] };
    return items.map(() => "true\n").join("");
  }
  if (verb === "api-resources") return "networkpolicies.networking.k8s.io\nciliumnetworkpolicies.cilium.io\n";
  if (verb !== "get") throw new Error(`kubectl ${args.join(" ")} is not answered here`);
  if (!named.every((name) => name.includes("/"))) {
    const kinds = named.join(",").split(",");
    return print(args, {
      items: here.filter((each) => kinds.some((kind) => isOf(kind, each.kind)) && isSelected(each)),
    });
  }
  const found = named.flatMap((name) => {
    const [resource = "", own = ""] = name.split("/");
    return here.filter(({ kind, metadata }) => isOf(resource, kind) && metadata.name === own);
  });
  if (named.length > 1) return JSON.stringify({ kind: "List", items: found });
  return found.length === 0 ? "" : JSON.stringify(found[0]);
}

/** A script for a kubectl of the tests' own, which has these clusters by their contexts and knows no others. */
export function clustersScript(clusters: Readonly<Record<string, readonly StoredObject[]>>): string {
  return `
    // What compiles the tests wraps functions to keep their names.
    const __name = (value) => value;
    const clusters = ${JSON.stringify(clusters)};
    const objects = clusters[cluster.replace("--context=", "")];
    if (args[0] === "config") process.stdout.write(JSON.stringify({ contexts: Object.keys(clusters).map((name) => ({ name })) }));
    else if (objects === undefined) {
      process.stderr.write("error: context was not found for specified context: " + cluster.slice(10) + "\\n");
      process.exit(1);
    } else {
      const stdin = args[0] === "create" ? fs.readFileSync(0, "utf8") : "";
      process.stdout.write((${answerKubectl.toString()})(objects, { args, stdin, print: printAsAsked }));
    }`;
}

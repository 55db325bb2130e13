import { Kubectl, type KubectlAccess } from "./kubectl";
import { rolledWorkloads, type CiliumObjects } from "./model/agentConfig";
import { parseLiveCluster, type Claim, type LiveCluster } from "./model/liveCluster";

const EMPTY_LIST = '{"items":[]}';

const nameOf = ({ resource, name }: Claim): string => `${resource}/${name}`;

const GET_FLAGS = ["--ignore-not-found", "--show-managed-fields", "--output=json"] as const;

/** kubectl prints one object bare, several as a list, none not at all. */
function asList(json: string): string {
  if (json.trim() === "") {
    return EMPTY_LIST;
  }
  const parsed = JSON.parse(json) as { readonly kind?: string };
  return parsed.kind === "List" ? json : JSON.stringify({ items: [parsed] });
}

function mergeLists(lists: readonly string[]): string {
  return JSON.stringify({
    items: lists.flatMap((list) => (JSON.parse(list) as { readonly items: readonly unknown[] }).items),
  });
}

/** Objects (`kind/name`) of one namespace, or of none, as far as they exist, as one `kubectl get -o json` list. */
export async function readObjects(
  kubectl: Kubectl,
  namespace: string | undefined,
  objects: readonly string[],
  timeoutMs: number,
): Promise<string> {
  const where = namespace === undefined ? [] : ["--namespace", namespace];
  return asList(await kubectl.run(["get", ...objects, ...where, ...GET_FLAGS], { timeoutMs }));
}

/** The claimed objects that exist, as one `kubectl get -o json` list. */
export async function readClaims(kubectl: Kubectl, claims: readonly Claim[], timeoutMs: number): Promise<string> {
  const namespaces = [...new Set(claims.map((claim) => claim.namespace))];
  const lists = await Promise.all(
    namespaces.map(async (namespace) => {
      const there = claims.filter((claim) => claim.namespace === namespace);
      return readObjects(kubectl, namespace, there.map(nameOf), timeoutMs);
    }),
  );
  return mergeLists(lists);
}

/**
 * Asks a cluster what the preflight needs to know. Reads only, and never longer than the time limit: a preview must say within seconds
 * that a cluster cannot be reached.
 */
export async function inspectCluster(
  access: KubectlAccess,
  names: CiliumObjects,
  claims: readonly Claim[],
  timeoutSeconds: number,
): Promise<LiveCluster> {
  const timeoutMs = timeoutSeconds * 1000;
  // A process for each question is most of what a preview costs: those that are in one namespace are asked for together.
  const isNear = ({ namespace }: Claim) => namespace === names.namespace;
  const objects = ["namespace/kube-system", `configmap/${names.configMap}`, ...rolledWorkloads(names)];
  try {
    return await Kubectl.with(access, async (kubectl) => {
      const get = async (args: readonly string[]) =>
        asList(
          await kubectl.run(["get", ...args, ...GET_FLAGS, `--request-timeout=${String(timeoutSeconds)}s`], {
            timeoutMs,
          }),
        );
      const [near, far] = [claims.filter(isNear), claims.filter((claim) => !isNear(claim))];
      const [there, elsewhere, apiServers] = await Promise.all([
        get([...objects, ...near.map(nameOf), "--namespace", names.namespace]),
        readClaims(kubectl, far, timeoutMs),
        get(["pods", "--namespace=kube-system", "--selector=component=kube-apiserver"]),
      ]);
      return parseLiveCluster(names, there, elsewhere, apiServers);
    });
  } catch (error) {
    return { kind: "unreachable", reason: firstLine(error) };
  }
}

/** Whether a cluster's API server answers. */
export async function answers(access: KubectlAccess, timeoutSeconds: number): Promise<boolean> {
  const question = ["get", "namespace/kube-system", "--output=name", `--request-timeout=${String(timeoutSeconds)}s`];
  try {
    await Kubectl.with(access, (kubectl) => kubectl.run(question, { timeoutMs: timeoutSeconds * 1000 }));
    return true;
  } catch {
    return false;
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  // kubectl repeats its discovery errors; the last line is the one that says what happened.
  return (lines.at(-1) ?? "no reason given").slice(0, 300);
}

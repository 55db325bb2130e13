import { randomBytes } from "node:crypto";
import type { AnswerTime, ClusterReads, ContainerRef, ListOptions, PartialList } from "./clusterApi";
import { printed, type Ask, type Kubectl } from "./kubectl";
import type { Ended } from "./kubectlProcess";
import { fieldsTemplate, parseFields, type Fields } from "./model/fields";
import { listOf } from "./model/items";

/** kubectl works on thousands of objects for a while after the cluster's last answer. */
const LIST_SECONDS = 120;

const GET_FLAGS = ["--ignore-not-found", "--show-managed-fields", "-o", "json"] as const;

const inNamespace = (namespace: string | undefined): readonly string[] =>
  namespace === undefined ? [] : ["-n", namespace];

const whereArgs = ({ namespace, selector }: ListOptions): readonly string[] => [
  ...inNamespace(namespace),
  ...(selector === undefined ? [] : ["-l", selector]),
];

const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

/** The cluster has answered, and has no such kind, or does not show it. */
const REFUSED_KIND = /doesn't have a resource type "[^"]+"|\(Forbidden\): \S+ is forbidden/;

/** The words in which kubectl names what it could not read; nothing where it has read everything. @throws KubectlError as {@link printed}, where they are about all of it. */
function refusedPart(args: readonly string[], ended: Ended, isPart: boolean): { readonly refused?: string } {
  if (ended.code === 0 || !isPart) printed(args, ended);
  return ended.code === 0 ? {} : { refused: ended.stderr.trim() };
}

/** Reads a cluster by kubectl. */
export class KubectlReads implements ClusterReads {
  constructor(
    readonly command: string,
    private readonly ask: Ask,
  ) {}

  private read(args: readonly string[], limitSeconds?: number): Promise<string> {
    return this.ask(args, (ended) => printed(args, ended), limitSeconds === undefined ? {} : { limitSeconds });
  }

  object(name: string, namespace?: string): Promise<string> {
    return this.read(["get", name, ...inNamespace(namespace), ...GET_FLAGS]);
  }

  async objects(names: readonly string[], namespace?: string): Promise<string> {
    return listOf(await this.read(["get", ...names, ...inNamespace(namespace), ...GET_FLAGS]));
  }

  async listFields(kind: string, where: ListOptions, fields: Fields): Promise<string> {
    // Drawn for this call: what was put into the cluster before cannot have it. Its tab is nowhere else in it, so no value can end in half of one.
    const mark = `\t${randomBytes(6).toString("base64url")}`;
    const template = `jsonpath=${fieldsTemplate(fields, mark)}`;
    const text = await this.read(["get", kind, ...whereArgs(where), "-o", template], LIST_SECONDS);
    return JSON.stringify({ items: parseFields(text, fields, mark) });
  }

  listAll(kinds: readonly string[]): Promise<string> {
    return this.read(["get", kinds.join(","), "--all-namespaces", "-o", "json"], LIST_SECONDS);
  }

  versionOf(kind: string): Promise<string> {
    return this.read(["get", kind, "--all-namespaces", "-o", "jsonpath={.items[0].apiVersion}"], LIST_SECONDS);
  }

  page(kind: string, version: string, limit: number, from: string): Promise<string> {
    const [plural = kind] = kind.split(".");
    const query = new URLSearchParams({ limit: String(limit), ...(from === "" ? {} : { continue: from }) });
    return this.read(["get", "--raw", `/apis/${version}/${plural}?${query.toString()}`], LIST_SECONDS);
  }

  listByTemplate(kinds: readonly string[], where: ListOptions, template: string): Promise<PartialList<string>> {
    const args = ["get", kinds.join(","), ...whereArgs(where), `--output=jsonpath=${template}`];
    return this.ask(args, (ended) => ({
      found: ended.stdout,
      ...refusedPart(args, ended, REFUSED_KIND.test(ended.stderr)),
    }));
  }

  kinds(): Promise<PartialList<readonly string[]>> {
    const args = ["api-resources", "--verbs=list", "-o", "name"];
    return this.ask(
      args,
      // Where it names some kinds the cluster has answered, and an API group has not.
      (ended) => ({ found: linesOf(ended.stdout), ...refusedPart(args, ended, ended.stdout !== "") }),
      { limitSeconds: LIST_SECONDS },
    );
  }

  async namespaceContents(namespace: string, template: string): Promise<string> {
    const listed = await this.read(["api-resources", "--verbs=list,delete", "--namespaced=true", "-o", "name"]);
    const how = ["--ignore-not-found", "-o", `jsonpath=${template}`];
    return this.read(["get", linesOf(listed).join(","), ...inNamespace(namespace), ...how]);
  }

  logs({ namespace, pod, container }: ContainerRef, since: string): Promise<string> {
    return this.read(["logs", "-n", namespace, pod, "-c", container, `--since=${since}`]);
  }

  async reviewAccess(reviews: readonly object[], limitSeconds: number): Promise<readonly string[]> {
    const args = ["create", "--filename=-", "--validate=false", '--output=jsonpath={.status.allowed}{"\\n"}'];
    const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items: reviews });
    return (await this.ask(args, (ended) => printed(args, ended), { limitSeconds, stdin })).trim().split("\n");
  }
}

/** Reads that are each sent once. */
export function readsOnce(
  kubectl: Kubectl,
  silenceSeconds: number,
  onAnswer: (time: AnswerTime) => void = () => undefined,
): ClusterReads {
  return new KubectlReads(kubectl.command, async (args, judge, { stdin = "" } = {}) => {
    const ended = await kubectl.attempt(args, { stdin, silenceSeconds });
    onAnswer(ended);
    return judge(ended);
  });
}

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { errorMessage } from "../../components/basics/errorMessage";
import { INPUT_VARIABLE } from "../../components/command/protocol";
import { readRecordedClusters, type RecordedCluster } from "../../components/identity/model/recordedClusters";
import { warning, type Diagnostic } from "../../components/mesh/model/diagnostic";

/** A deploy-time command as the stack's state has it: what its last run was given. */
export interface CommandState {
  /** The resource's name: `clustermesh-cluster1-policy-check`. */
  readonly name: string;
  /** Its plain input as JSON. */
  readonly input: string;
  /** What it printed. */
  readonly stdout: string;
  /** What went through standard input: kubeconfigs and keys, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

const lastUp = z.object({
  clusters: z.array(z.object({ name: z.string() })).default([]),
  etcdUsers: z.union([z.string(), z.record(z.string(), z.string())]).default(""),
});

const resources = z.object({
  outputs: z.record(z.string(), z.object({ type: z.string(), outputs: z.record(z.string(), z.unknown()) })).optional(),
});

const command = z.object({
  environment: z.record(z.string(), z.string()),
  stdin: z.string().optional(),
  stdout: z.string().default(""),
});

const secrets = z.record(z.string(), z.string());

/** The output in which an up keeps, for the next preview, which clusters it has meshed; and how it was called before. */
export const MESHED_OUTPUT = "meshedClusters";
const FORMER_OUTPUT = "recorded";

/** The stack's name as its backend takes it; where the organization is not known, it is that of the backend. */
function nameInBackend(): string {
  try {
    return `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  } catch {
    return pulumi.getStack();
  }
}

/** The stack's own outputs, or why they cannot be read. */
export type OwnOutputs =
  | { readonly kind: "read"; readonly outputs: Readonly<Record<string, unknown>> }
  | { readonly kind: "unread"; readonly failure: string };

/** Reads what the last `up` of this stack has left; nothing where there was none. It is known in previews as well. */
export async function readOwnOutputs(): Promise<OwnOutputs> {
  try {
    const read: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: nameInBackend() });
    return { kind: "read", outputs: (read as { readonly outputs?: Readonly<Record<string, unknown>> }).outputs ?? {} };
  } catch (error) {
    const failure = errorMessage(error);
    return failure.includes("unknown stack") ? { kind: "read", outputs: {} } : { kind: "unread", failure };
  }
}

/** Which clusters these were: what the state alone could tell, and a program is not given. */
export function meshedBefore(own: OwnOutputs): Readonly<Record<string, RecordedCluster>> {
  return own.kind === "unread" ? {} : readRecordedClusters(own.outputs[MESHED_OUTPUT] ?? own.outputs[FORMER_OUTPUT]);
}

/** Warns where they cannot be read. */
export function unreadOutputs({ kind }: OwnOutputs): readonly Diagnostic[] {
  const unread = warning({
    property: `outputs of stack ${nameInBackend()}`,
    reason: "cannot be read, so this preview does not know which clusters the last up has meshed",
    fix: "up and destroy look at each cluster all the same, and refuse another one, before they write to it",
  });
  return kind === "unread" ? [unread] : [];
}

/** What of the last `up` the next one depends on. */
interface LastUp {
  /** The clusters that it had. */
  readonly clusters: readonly string[];
  /** The clusters in whose etcd it managed users. */
  readonly etcdUsers: readonly string[];
}

/** What the outputs have of it. @throws Error where they cannot be read. */
export function lastUpOf(own: OwnOutputs): LastUp {
  if (own.kind === "unread") {
    throw new Error(own.failure);
  }
  const { clusters, etcdUsers } = lastUp.parse(own.outputs);
  return {
    clusters: clusters.map(({ name }) => name),
    etcdUsers: typeof etcdUsers === "string" ? [] : Object.keys(etcdUsers),
  };
}

const COMMAND = "command:local:Command";

/**
 * The deploy-time commands in the stack's state, with what they were given. That of a large mesh is long: read it where something needs it.
 */
export async function commandStates(): Promise<readonly CommandState[]> {
  const args = { stackName: nameInBackend() };
  const read: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", args);
  return Object.entries(resources.parse(read).outputs ?? {}).flatMap(([urn, { type, outputs }]): CommandState[] => {
    const parsed = type === COMMAND ? command.safeParse(outputs) : undefined;
    if (parsed?.success !== true) {
      return [];
    }
    const { environment, stdin = "", stdout } = parsed.data;
    const sent = stdin.trim() === "" ? {} : secrets.parse(JSON.parse(stdin));
    return [
      { name: urn.split("::").at(-1) ?? "", input: environment[INPUT_VARIABLE] ?? "null", stdout, secrets: sent },
    ];
  });
}

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { INPUT_VARIABLE } from "../../components/command/protocol";

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

const stackOutputs = z.object({
  outputs: z
    .object({
      clusters: z.array(z.object({ name: z.string() })).optional(),
      etcdUsers: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
    })
    .optional(),
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

/** The stack's name as its backend takes it; where nobody has told the organization, it is that of the backend. */
function stackName(): string {
  try {
    return `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  } catch {
    return pulumi.getStack();
  }
}

/** What the stack's last `up` has left as its outputs, as far as the next one depends on it. */
export interface LastOutputs {
  /** The clusters that it had. */
  readonly clusters: readonly string[];
  /** The clusters in whose etcd it managed users. */
  readonly etcdUsers: readonly string[];
}

/** Reads them; nothing where the stack has none yet. It is known in previews as well. */
export async function lastOutputs(): Promise<LastOutputs> {
  const read: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stackName() });
  const { clusters = [], etcdUsers = "" } = stackOutputs.parse(read).outputs ?? {};
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
  const args = { stackName: stackName() };
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

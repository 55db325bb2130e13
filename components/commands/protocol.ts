import { text } from "node:stream/consumers";
import { z } from "zod";
import type { KubectlAccess } from "../kubectl";
import { errorMessage } from "./errorMessage";
import { own } from "../model/own";
import { printable, printableLines } from "../model/printable";

/** Environment variable with a command's plain input as JSON. */
export const INPUT_VARIABLE = "CLUSTERMESH_COMMAND_INPUT";

/** Environment variable that no script reads: a change of it has a command run again. */
export const OCCASION_VARIABLE = "CLUSTERMESH_COMMAND_OCCASION";

/** The shape of `CiliumObjects` in a command's input. */
export const ciliumObjects = z.object({
  namespace: z.string(),
  configMap: z.string(),
  daemonSet: z.string(),
  operator: z.string().exactOptional(),
  agentSelector: z.string(),
  agentContainer: z.string(),
});

/** Environment variable in which Pulumi's Command hands `update` and `delete` what the last run printed. */
const PREVIOUS_OUTPUT_VARIABLE = "PULUMI_COMMAND_STDOUT";

/** Reads a command's plain input. */
export function readInput<T>(schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(process.env[INPUT_VARIABLE] ?? "null"));
}

/** What the same resource's last `create` or `update` printed; empty before the first. */
export function previousOutput(): string {
  return process.env[PREVIOUS_OUTPUT_VARIABLE] ?? "";
}

/** Reads the secrets of a command, which standard input carries as one object. */
export async function readSecrets<T>(schema: z.ZodType<T>): Promise<T> {
  const sent = await text(process.stdin);
  return schema.parse(sent.trim() === "" ? {} : JSON.parse(sent));
}

/** The kubeconfigs by cluster name. Clusters without one are reached by their context. */
export function readKubeconfigs(): Promise<Readonly<Record<string, string>>> {
  return readSecrets(z.record(z.string(), z.string()));
}

/** How to reach a cluster, from its plain context and the secrets of standard input. */
export function accessTo(
  cluster: { readonly name: string; readonly context?: string | undefined },
  kubeconfigs: Readonly<Record<string, string>>,
): KubectlAccess {
  const content = own(kubeconfigs, cluster.name);
  if (content !== undefined) {
    return { kind: "kubeconfig", content };
  }
  if (cluster.context === undefined) {
    throw new Error(`cluster "${cluster.name}": neither context nor kubeconfig was given`);
  }
  return { kind: "context", context: cluster.context };
}

/** A line for whoever watches `pulumi up`; the result of a command goes to standard output alone. */
export function progress(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

/** Runs the verb that the command line names. An error ends the process with its message and no stack: Pulumi shows it to the user. */
export async function dispatch(verbs: Readonly<Record<string, () => Promise<string>>>): Promise<void> {
  const verb = process.argv[2] ?? "";
  const run = own(verbs, verb);
  try {
    if (run === undefined) {
      throw new Error(`unknown verb ${JSON.stringify(verb)}; one of ${Object.keys(verbs).join(", ")}`);
    }
    process.stdout.write(await run());
  } catch (error) {
    process.stderr.write(`${printableLines(errorMessage(error))}\n`);
    process.exitCode = 1;
  }
}

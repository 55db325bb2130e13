import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { join, relative } from "node:path";
import { INPUT_VARIABLE } from "./commands/protocol";

/** How the program reaches a cluster with kubectl: by a context of the ambient kubeconfig, or by a kubeconfig's content. */
export type ClusterAccess =
  | { readonly kind: "context"; readonly context: string }
  | { readonly kind: "kubeconfig"; readonly kubeconfig: pulumi.Input<string> };

/** A script under `commands/`, run for the verbs of a resource's life. */
export interface NodeCommandArgs {
  readonly script: string;
  readonly create: string;
  readonly update: string;
  readonly delete?: string;
  /** Plain input of the script. */
  readonly input: pulumi.Input<object>;
  /** Clusters the script reaches. Their kubeconfigs are secrets and go through standard input, never through arguments or files of the state. */
  readonly clusters: Readonly<Record<string, ClusterAccess>>;
}

/** The clusters' contexts, for the plain input. */
export function contextOf(access: ClusterAccess): { readonly context?: string } {
  return access.kind === "context" ? { context: access.context } : {};
}

/**
 * A Pulumi Command that runs one of this library's scripts. The interpreter is node itself and the verb is its argument, so no input ever
 * meets a shell. Paths are relative to the program: an absolute one would differ on every machine, and so show a change in every preview.
 */
export function nodeCommand(name: string, args: NodeCommandArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const script = relative(process.cwd(), join(__dirname, "commands", args.script));
  const secrets = Object.entries(args.clusters).flatMap(([cluster, access]) =>
    access.kind === "kubeconfig" ? [[cluster, access.kubeconfig] as const] : [],
  );
  return new local.Command(
    name,
    {
      interpreter: ["node", "--import", "tsx", script],
      create: args.create,
      update: args.update,
      ...(args.delete === undefined ? {} : { delete: args.delete }),
      environment: { [INPUT_VARIABLE]: pulumi.jsonStringify(args.input) },
      ...(secrets.length === 0 ? {} : { stdin: pulumi.secret(pulumi.jsonStringify(Object.fromEntries(secrets))) }),
      logging: local.Logging.Stderr,
    },
    opts,
  );
}

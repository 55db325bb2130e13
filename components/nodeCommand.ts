import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { COMMAND_LINE } from "./commandLine";
import { INPUT_VARIABLE, OCCASION_VARIABLE } from "./commands/protocol";

/** How the program reaches a cluster with kubectl: by a context of the ambient kubeconfig, or by a kubeconfig's content. */
export type ClusterAccess =
  | { readonly kind: "context"; readonly context: string }
  | { readonly kind: "kubeconfig"; readonly kubeconfig: pulumi.Input<string> };

/** A script under `commands/`, run for the verbs of a resource's life. Where there is no verb, nothing is run. */
export interface NodeCommandArgs {
  readonly script: string;
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  /** Plain input of the script. */
  readonly input: pulumi.Input<object>;
  /** Clusters the script reaches. Their kubeconfigs are secrets and go through standard input, never through arguments or files of the state. */
  readonly clusters: Readonly<Record<string, ClusterAccess>>;
  /** What else is secret, by names with a dot, which no cluster has; it goes the same way. */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Something seen before the run that has the script run again, though nothing else has changed. Given to the commands that may have one:
   * where there is none (`undefined`), the last one stays, and a change of it is no change.
   */
  readonly occasion?: { readonly seen: string | undefined };
}

/** The clusters' contexts, for the plain input. */
export function contextOf(access: ClusterAccess): { readonly context?: string } {
  return access.kind === "context" ? { context: access.context } : {};
}

/** The folder of this package, from wherever this code was bundled to. */
function packageFolder(from = __dirname): string {
  if (existsSync(join(from, "package.json"))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error(`${__dirname}: no package.json above it; install the package as a whole`);
  return packageFolder(parent);
}

/**
 * A Pulumi Command that runs one of this library's scripts. The interpreter is node itself and the verb is its argument, so no input ever
 * meets a shell. Paths are relative to the program: an absolute one would differ on every machine, and so show a change in every preview.
 */
export function nodeCommand(name: string, args: NodeCommandArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const runner = relative(process.cwd(), join(packageFolder(), "components", "commands", "run.cjs"));
  const kubeconfigs = Object.entries(args.clusters).flatMap(([cluster, access]) =>
    access.kind === "kubeconfig" ? [[cluster, access.kubeconfig] as const] : [],
  );
  const secrets = [...kubeconfigs, ...Object.entries(args.secrets ?? {})];
  const occasion = args.occasion?.seen;
  const keepsLast = args.occasion !== undefined && occasion === undefined;
  const ignored = [...(opts.ignoreChanges ?? []), ...(keepsLast ? [`environment.${OCCASION_VARIABLE}`] : [])];
  return new local.Command(
    name,
    {
      interpreter: ["node", ...COMMAND_LINE, runner, args.script],
      ...(args.create === undefined ? {} : { create: args.create }),
      ...(args.update === undefined ? {} : { update: args.update }),
      ...(args.delete === undefined ? {} : { delete: args.delete }),
      environment: {
        [INPUT_VARIABLE]: pulumi.jsonStringify(args.input),
        ...(occasion === undefined ? {} : { [OCCASION_VARIABLE]: occasion }),
      },
      ...(secrets.length === 0 ? {} : { stdin: pulumi.secret(pulumi.jsonStringify(Object.fromEntries(secrets))) }),
      logging: local.Logging.Stderr,
    },
    ignored.length === 0 ? opts : { ...opts, ignoreChanges: ignored },
  );
}

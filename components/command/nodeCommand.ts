import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { byteLength } from "../basics/model/bounded";
import { present } from "../basics/model/own";
import { COMMAND_LINE } from "./commandLine";
import { INPUT_VARIABLE, LARGE_INPUT, OCCASION_VARIABLE } from "./protocol";

/** How the program reaches a cluster with kubectl: by a context of the ambient kubeconfig, or by a kubeconfig's content. */
export type ClusterAccess =
  | { readonly kind: "context"; readonly context: string }
  | { readonly kind: "kubeconfig"; readonly kubeconfig: pulumi.Input<string> };

/** How a cluster is reached by what is given of it; a kubeconfig is a secret from here on. */
export function accessOf(way: {
  readonly context?: string;
  readonly kubeconfig?: pulumi.Input<string>;
}): ClusterAccess {
  return way.kubeconfig === undefined
    ? { kind: "context", context: way.context ?? "" }
    : { kind: "kubeconfig", kubeconfig: pulumi.secret(way.kubeconfig) };
}

/** A room's `command.ts`, run for the verbs of a resource's life. Where there is no verb, nothing is run. */
export interface NodeCommandArgs {
  readonly script: string;
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  /** Plain input of the script, of a size that does not depend on the mesh's: it goes through one environment variable. */
  readonly input: pulumi.Input<object>;
  /** What grows with the number of clusters. It goes through standard input, for an environment variable may not have more than 128 KiB. */
  readonly largeInput?: pulumi.Input<object>;
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

const RUNNER = join("components", "command", "run.cjs");

/** What the runner needs before it runs anything. */
const PARTS = [join("build", "built.cjs"), join("build", "sources.cjs"), join("dist", "manifest.json")] as const;

/**
 * The folder of this package, from wherever this code was bundled to: that with the runner. One that lacks a part of what starts a command is
 * refused, in previews too: `up` would fail half way.
 */
function packageFolder(from = __dirname): string {
  if (!existsSync(join(from, RUNNER))) {
    const parent = dirname(from);
    if (parent !== from) return packageFolder(parent);
    const what = `no ${RUNNER} in a folder above it; install or copy the package as a whole, and leave it out of bundles`;
    throw new pulumi.RunError(`${__dirname}: ${what}`);
  }
  const missing = PARTS.find((part) => !existsSync(join(from, part)));
  if (missing === undefined) return from;
  throw new pulumi.RunError(
    `${join(from, missing)} is missing; install or copy the package as a whole, or run "npm run build" in a clone`,
  );
}

/** What would have node load other code before ours, or wait for a debugger. */
const NODE_VARIABLES = { NODE_OPTIONS: "", NODE_PATH: "" } as const;

/** Linux starts no program with a longer one (MAX_ARG_STRLEN), its name and the NUL at its end included. */
const VARIABLE_BYTES = 131_072;

function variable(command: string, name: string, value: pulumi.Output<string>): pulumi.Output<string> {
  return value.apply((text) => {
    const length = byteLength(text) + byteLength(name) + 2;
    if (length > VARIABLE_BYTES) {
      throw new pulumi.RunError(
        `command ${command}: its input has ${length} bytes, and a program can be given ${VARIABLE_BYTES} in ${name}`,
      );
    }
    return text;
  });
}

/** What standard input carries; `undefined` where there is nothing for it. A kubeconfig makes a secret of all of it. */
function standardInput({ clusters, secrets = {}, largeInput }: NodeCommandArgs): pulumi.Output<string> | undefined {
  const kubeconfigs = Object.entries(clusters).flatMap(([cluster, access]) =>
    access.kind === "kubeconfig" ? [[cluster, access.kubeconfig] as const] : [],
  );
  const secret = [...kubeconfigs, ...Object.entries(secrets)];
  const large = largeInput === undefined ? [] : [[LARGE_INPUT, pulumi.jsonStringify(largeInput)] as const];
  const sent = [...secret, ...large];
  if (sent.length === 0) return undefined;
  const text = pulumi.jsonStringify(Object.fromEntries(sent));
  return secret.length === 0 ? text : pulumi.secret(text);
}

/** The script that starts a command, as a path of this machine. */
export const commandRunner = (): string => join(packageFolder(), RUNNER);

/**
 * A Pulumi Command that runs one of this library's scripts. The interpreter is node itself and the verb is its argument, so no input ever
 * meets a shell. Paths are relative to the program: an absolute one would differ on every machine, and so show a change in every preview.
 */
export function nodeCommand(name: string, args: NodeCommandArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const runner = relative(process.cwd(), commandRunner());
  const occasion = args.occasion?.seen;
  const keepsLast = args.occasion !== undefined && occasion === undefined;
  const ignored = [...(opts.ignoreChanges ?? []), ...(keepsLast ? [`environment.${OCCASION_VARIABLE}`] : [])];
  return new local.Command(
    name,
    {
      interpreter: ["node", ...COMMAND_LINE, runner, args.script],
      ...present({ create: args.create, update: args.update, delete: args.delete, stdin: standardInput(args) }),
      environment: present({
        [INPUT_VARIABLE]: variable(name, INPUT_VARIABLE, pulumi.jsonStringify(args.input)),
        [OCCASION_VARIABLE]: occasion,
        ...NODE_VARIABLES,
      }),
      logging: local.Logging.Stderr,
    },
    ignored.length === 0 ? opts : { ...opts, ignoreChanges: ignored },
  );
}

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { delimiter } from "node:path";
import { limiter } from "../basics/limiter";
import type { ApiAccess } from "./clusterApi";
import { openKubeconfig, type KubeconfigFile } from "./kubeconfigFile";
import { KubectlError } from "./kubectlError";
import { ending, type Ended } from "./kubectlProcess";
import { kubectlCommand } from "./model/kubectlCommand";
import { kubectlEnvironment } from "./model/kubectlEnvironment";
import type { Patience } from "./model/patience";
import { REQUEST_LOG, withoutDumps } from "./model/requestLog";
import { patiently, type Between } from "./patiently";
import { inGroup, type GroupedProcess } from "./processGroup";

interface AskOptions {
  readonly limitSeconds?: number;
  /** Sent to kubectl's standard input. */
  readonly stdin?: string;
}

/** Has kubectl ask something. The answer is judged within the try: one that is refused with a reason that may pass is asked for again. */
export type Ask = <T>(args: readonly string[], judge: (ended: Ended) => T, options?: AskOptions) => Promise<T>;

interface RunOptions extends Pick<AskOptions, "stdin"> {
  /** After so long without anything from the cluster kubectl is ended. */
  readonly silenceSeconds?: number;
}

const SILENCE_SECONDS = 60;
const START_SECONDS = 60;

/** Each is a process with some 40 MiB; a check of a large mesh asks thousands of agents. */
const atOnce = limiter(32);

/** kubectl asks a person for what the kubeconfig lacks in its output, and says among its errors only that nothing came. */
function withPrompt(stdout: string, words: string): string {
  const prompt = /Please enter \w+: $/.exec(stdout)?.[0] ?? "";
  return words.replace(/^error: EOF$/m, (line) => `${prompt}${line}`);
}

/** What kubectl printed. @throws {@link KubectlError} when it failed. */
export function printed(args: readonly string[], { code, stdout, stderr }: Ended): string {
  if (code !== 0) {
    const words = withPrompt(stdout, stderr.trim());
    throw new KubectlError(words === "" ? `kubectl ${args.join(" ")} ended with ${String(code)}` : words);
  }
  if (args.some((arg, at) => arg === "--output=json" || (arg === "json" && args[at - 1] === "-o"))) {
    refuseCutJson(args, stdout);
  }
  const end = args.map((arg) => JSONPATH_END.exec(arg)?.[1]).find((literal) => literal !== undefined);
  if (end !== undefined && !stdout.endsWith(JSON.parse(end) as string)) {
    throw cut(args, stdout, "end in the midst of an answer");
  }
  return stdout;
}

/** What a jsonpath ends with, where that is a literal: kubectl prints it last. */
const JSONPATH_END = /^jsonpath=.*\{("[^"]*")\}$/;

const cut = (args: readonly string[], stdout: string, how: string, cause?: unknown) =>
  new KubectlError(
    `kubectl ${args.slice(0, 2).join(" ")} has printed ${Buffer.byteLength(stdout)} bytes that ${how}`,
    "lost",
    { cause },
  );

/** @throws {@link KubectlError} where JSON that kubectl has printed is not whole; asking again may help. */
function refuseCutJson(args: readonly string[], stdout: string): void {
  try {
    if (stdout.trim() !== "") JSON.parse(stdout);
  } catch (error) {
    throw cut(args, stdout, "are not whole JSON", error);
  }
}

/** kubectl for one cluster. Arguments go to the process as they are, never through a shell; a kubeconfig's content is in none of them. */
export class Kubectl {
  private constructor(
    private readonly access: string,
    /** How a person calls kubectl for this cluster. */
    readonly command: string,
    private readonly between: Between,
    private readonly kubeconfig?: KubeconfigFile,
  ) {}

  /** @param between What is done between two tries of one call. */
  static async open(access: ApiAccess, between: Between = {}): Promise<Kubectl> {
    if (access.kind === "context")
      return new Kubectl(`--context=${access.context}`, kubectlCommand(access.context), between);
    const kubeconfig = await openKubeconfig(access.content);
    return new Kubectl(`--kubeconfig=${kubeconfig.path}`, kubectlCommand(undefined), between, kubeconfig);
  }

  /**
   * Has kubectl read something, and again while the reason why nothing came back may pass.
   *
   * @throws {@link KubectlError} with kubectl's own words.
   */
  ask<T>(
    args: readonly string[],
    judge: (ended: Ended) => T,
    { limitSeconds = SILENCE_SECONDS, stdin = "" }: AskOptions = {},
  ): Promise<T> {
    return this.patiently({ limitSeconds, repeat: "always" }, async (silenceSeconds) =>
      judge(await this.attempt(args, { stdin, silenceSeconds })),
    );
  }

  /** Runs kubectl, and again only where it never got to the cluster, for it may change something there. @throws as {@link ask}. */
  run(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const limitSeconds = options.silenceSeconds ?? SILENCE_SECONDS;
    return this.patiently({ limitSeconds, repeat: "unsent" }, () => this.once(args, options));
  }

  /** Runs kubectl once: for what takes several steps, and of which some may have been taken when it fails. @throws as {@link ask}. */
  once(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return this.named(async () => printed(args, await this.attempt(args, options)));
  }

  /** Runs kubectl once and gives how it ended. @throws {@link KubectlError} when it does not end. */
  async attempt(
    args: readonly string[],
    { stdin = "", silenceSeconds = SILENCE_SECONDS }: RunOptions = {},
  ): Promise<Ended> {
    const question = args.slice(0, 2).join(" ");
    const limits = { startMs: START_SECONDS * 1000, silenceMs: silenceSeconds * 1000, question };
    const ended = await atOnce(() => ending(this.start([REQUEST_LOG, ...args]), stdin, limits));
    return { ...ended, stderr: withoutDumps(ended.stderr) };
  }

  /** Asks this cluster something, patiently. */
  patiently<T>(patience: Patience, ask: (silenceSeconds: number) => Promise<T>): Promise<T> {
    return this.named(() => patiently(patience, ask, this.between));
  }

  /** Several clusters may be asked at once, so an error says of which it is. */
  private async named<T>(work: () => Promise<T>): Promise<T> {
    const { cluster } = this.between;
    try {
      return await work();
    } catch (error) {
      if (error instanceof KubectlError && cluster !== undefined) error.cluster = cluster;
      throw error;
    }
  }

  /** Starts kubectl and leaves it running; the caller ends it. It has no terminal, on which a credential plugin could ask for a log-in. */
  start(args: readonly string[]): GroupedProcess {
    const descriptor = this.kubeconfig?.descriptor;
    const child = spawn("kubectl", [this.access, ...args], {
      stdio: ["pipe", "pipe", "pipe", ...(descriptor === undefined ? [] : [descriptor])],
      env: kubectlEnvironment(process.env, delimiter),
      detached: true,
    });
    // Node's types have streams of three entries only.
    return inGroup(child as ChildProcessWithoutNullStreams);
  }

  async close(): Promise<void> {
    await this.kubeconfig?.close();
  }

  /** Opens, uses and closes. */
  static async with<T>(access: ApiAccess, use: (kubectl: Kubectl) => Promise<T>, between: Between = {}): Promise<T> {
    const kubectl = await Kubectl.open(access, between);
    try {
      return await use(kubectl);
    } finally {
      await kubectl.close();
    }
  }
}

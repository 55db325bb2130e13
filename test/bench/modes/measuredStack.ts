import { join } from "node:path";
import { describePlugins } from "../../plugins/pluginReport";
import { makeWorkstation, type PulumiStack, type Workstation } from "../../support/stacks/pulumi";
import { measure, type CliOperation } from "../measure/measure";
import { stateFile, type StateFile } from "../measure/stateFile";
import type { Operation, Row } from "../results";
import type { VirtualCluster } from "../world/virtualCluster";
import type { Bench, Task } from "./mode";

/** An operation that the CLI ended with an error; its row is recorded. */
export class OperationFailed extends Error {
  override readonly name = "OperationFailed";
}

const LAST_WORDS = 4000;
const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** A stack on a workstation of its own, whose operations are recorded as rows. */
export class MeasuredStack {
  private constructor(
    private readonly bench: Bench,
    private readonly mode: string,
    private readonly task: Task,
    readonly workstation: Workstation,
    readonly stack: PulumiStack,
  ) {}

  /** Sets one up whose kubeconfig has these clusters. */
  static async make(
    bench: Bench,
    mode: string,
    task: Task,
    clusters: readonly VirtualCluster[],
  ): Promise<MeasuredStack> {
    const { lab, folder } = bench.world;
    const kubeconfig = await bench.world.kubeconfig(clusters);
    const workstation = await makeWorkstation({ pulumi: lab.bin.pulumi, bin: lab.bin.dir, kubeconfig, log: bench.say });
    bench.plugins(describePlugins(workstation.plugins));
    const stack = workstation.stack(mode, undefined, {
      // What kubectl has learned of an API server is learned again by each stack, as on a fresh machine of a pipeline.
      KUBECACHEDIR: join(
        folder,
        `kube-cache-${mode}-${String(task.clusters)}-${task.checkpoints.replaceAll(" ", "-")}`,
      ),
      KUBERC: "off",
      ...(task.checkpoints === "at the end" ? { PULUMI_SKIP_CHECKPOINTS: "true" } : {}),
    });
    return new MeasuredStack(bench, mode, task, workstation, stack);
  }

  /**
   * Runs and records an operation.
   *
   * @param extra What else its row is to say, found out when the operation has ended.
   * @throws OperationFailed when the CLI says that it failed.
   */
  async measure(
    operation: Operation,
    cli: CliOperation,
    extra: (state: StateFile) => Promise<Partial<Row>> | Partial<Row> = () => ({}),
  ): Promise<void> {
    const { run, steps, wallSeconds, cpuSeconds, seen } = await measure(this.stack, cli, this.bench.sampler);
    const state = await stateFile(this.workstation.stateDir, this.stack.name);
    const failed = run.code === 0 ? {} : { failed: run.text.slice(-LAST_WORDS) };
    this.bench.record({
      mode: this.mode,
      clusters: this.task.clusters,
      operation,
      checkpoints: this.task.checkpoints,
      at: new Date().toISOString(),
      wallSeconds: rounded(wallSeconds),
      cpuSeconds: rounded(cpuSeconds),
      seen,
      resources: state.resources,
      steps,
      stateBytes: state.bytes,
      ...(run.code === 0 ? await extra(state) : {}),
      ...failed,
    });
    if (run.code !== 0) {
      const where = `${this.mode}, ${this.task.clusters} clusters`;
      throw new OperationFailed(`${where}: ${operation} failed:\n${run.text.slice(-LAST_WORDS)}`);
    }
  }
}

import { readFile } from "node:fs/promises";
import { arch, cpus, release, totalmem } from "node:os";
import { z } from "zod";
import { run, type Lab } from "../../lab";

const PACKAGE = z.object({ version: z.string() });

/** What the numbers were measured on. */
export function machine(): string {
  const cores = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  const model = cores[0]?.model.trim() ?? "unknown CPU";
  return `${model} (${arch()}), ${cores.length} cores, ${gib} GiB, Linux ${release()}`;
}

/** What was measured, in versions; the plugins are said by those who install them. */
export async function versions({ bin }: Lab): Promise<string> {
  const cli = await run(bin.pulumi, ["version"], { env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" } });
  const sdk = PACKAGE.parse(JSON.parse(await readFile(require.resolve("@pulumi/pulumi/package.json"), "utf8"))).version;
  return `Node ${process.versions.node}; Pulumi CLI ${cli.stdout.trim()}, SDK ${sdk}`;
}

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { actionlint } from "../../lab";

const ROOT = resolve(__dirname, "..", "..");
const WORKFLOWS = join(ROOT, ".github", "workflows");
const read = (...path: readonly string[]) => readFileSync(join(ROOT, ...path), "utf8");

const step = z.looseObject({ run: z.string().optional(), uses: z.string().optional() });
const job = z.looseObject({
  permissions: z.record(z.string(), z.string()),
  "timeout-minutes": z.number(),
  steps: z.array(step),
});
const workflow = z.looseObject({
  on: z.unknown(),
  permissions: z.object({}).strict(),
  jobs: z.record(z.string(), job),
});

const gitlabJob = z.looseObject({
  before_script: z.array(z.string()).default([]),
  script: z.array(z.string()).default([]),
});

const gitHubMatrix = z.looseObject({
  strategy: z.object({ "fail-fast": z.literal(false), matrix: z.object({ node: z.array(z.int()) }) }),
});
const gitlabMatrix = z.looseObject({
  image: z.literal("node:$NODE"),
  parallel: z.object({ matrix: z.tuple([z.object({ NODE: z.array(z.string()) })]) }),
});

/** The lines of a pipeline that a shell runs. */
function gitHubLines(): readonly string[] {
  return readdirSync(WORKFLOWS)
    .flatMap((file) => Object.values(workflow.parse(parse(readFileSync(join(WORKFLOWS, file), "utf8"))).jobs))
    .flatMap(({ steps }) => steps.flatMap(({ run }) => run?.split("\n") ?? []));
}

function gitLabJobs() {
  const file = z.record(z.string(), z.unknown()).parse(parse(read(".gitlab-ci.yml")));
  return Object.entries(file).flatMap(([name, value]) => {
    const parsed = gitlabJob.safeParse(value);
    return parsed.success ? [{ name, ...parsed.data }] : [];
  });
}

const gitLabLines = () => gitLabJobs().flatMap(({ before_script, script }) => [...before_script, ...script]);

function npmScripts(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => /^npm run (\S+)/.exec(line)?.[1] ?? []).sort();
}

/** The programs of the project that a pipeline calls, with their arguments. */
function ownPrograms(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => /^(?:npx tsx|sh) ci\//.test(line)).map((line) => line.replace(/ && .*/, ""));
}

/** Traces of a shell, dumps of the environment, and whatever names a secret in a command instead of handing it over as a variable. */
function printsSecrets(line: string): boolean {
  return /\bset -\w*x|\bprintenv\b|\benv\s*($|\|)|--show-secrets|secrets\.|\$\{?\w*(PULUMI_|PASSPHRASE|TOKEN|KUBECONFIG)/.test(
    line,
  );
}

describe("the pipelines of pull requests", () => {
  it("have clean workflows, says actionlint, which does find what is wrong in a broken one", async function () {
    this.timeout(300_000);
    const program = await actionlint(console.log);
    const lint = (folder: string) => {
      const files = readdirSync(folder).map((file) => join(folder, file));
      const { status, stdout, stderr } = spawnSync(program, ["-no-color", ...files], { encoding: "utf8" });
      return { status, findings: stdout + stderr };
    };
    assert.deepEqual(lint(WORKFLOWS), { status: 0, findings: "" });

    const broken = await mkdtemp(join(tmpdir(), "clustermesh-workflow-"));
    try {
      const text = read(".github", "workflows", "pull-request.yml")
        .replace("needs: preview", "needs: nothing")
        .replace("npm run lint", "npm run lint -- ${{ github.event.pull_request.title }}");
      await writeFile(join(broken, "broken.yml"), text);
      const { status, findings } = lint(broken);
      assert.equal(status, 1);
      assert.match(findings, /needs job "nothing" which does not exist/);
      assert.match(findings, /"github.event.pull_request.title" is potentially untrusted/);
    } finally {
      await rm(broken, { recursive: true, force: true });
    }
  });

  it("run the same scripts on GitHub and on GitLab, all of them in package.json", () => {
    const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read("package.json")));
    assert.deepEqual(npmScripts(gitHubLines()), ["lint", "test:package", "test:unit", "typecheck"]);
    assert.deepEqual(npmScripts(gitLabLines()), npmScripts(gitHubLines()));
    assert.deepEqual(
      npmScripts(gitHubLines()).filter((name) => !(name in scripts)),
      [],
    );
    assert.deepEqual([...ownPrograms(gitLabLines())].sort(), [...ownPrograms(gitHubLines())].sort());
    assert.deepEqual(
      new Set(ownPrograms(gitHubLines())),
      new Set([
        "sh ci/tools.sh tools",
        "npx tsx ci/preview.ts previews",
        "npx tsx ci/comment.ts previews preview.md",
        "npx tsx ci/preview.ts --drift previews",
        "npx tsx ci/driftIssue.ts previews",
      ]),
    );
  });

  it("run types, unit tests and the package under the same Nodes, the oldest of them the one that all else runs under", () => {
    const { jobs } = workflow.parse(parse(read(".github", "workflows", "pull-request.yml")));
    const { checks } = z.record(z.string(), z.unknown()).parse(parse(read(".gitlab-ci.yml")));
    const [onGitLab] = gitlabMatrix.parse(checks).parallel.matrix;
    const nodes = gitHubMatrix.parse(jobs["checks"]).strategy.matrix.node;
    assert.deepEqual(onGitLab.NODE, nodes.map(String));
    const { engines } = z.object({ engines: z.object({ node: z.string() }) }).parse(JSON.parse(read("package.json")));
    assert.match(engines.node, new RegExp(`^>=${Math.min(...nodes)}\\.`));
    const others = readdirSync(WORKFLOWS).flatMap(
      (file) => read(".github", "workflows", file).match(/node-version: .*/g) ?? [],
    );
    assert.deepEqual(
      [...new Set(others)].sort(),
      [`node-version: ${Math.min(...nodes)}`, "node-version: ${{ matrix.node }}"].sort(),
    );
    assert.match(read(".gitlab-ci.yml"), new RegExp(`^ {2}image: node:${Math.min(...nodes)}$`, "m"));
  });

  it("name no stack: they are found", () => {
    const stacks = readdirSync(join(ROOT, "stacks")).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
    const lines = [...gitHubLines(), ...gitLabLines()];
    assert.ok(stacks.length > 0);
    assert.deepEqual(
      lines.filter((line) => stacks.some((stack) => new RegExp(`\\b${stack}\\b`).test(line))),
      [],
    );
  });

  it("take actions and tools by hashes alone, and give no fork's code credentials", () => {
    const all = readdirSync(WORKFLOWS).map((file) =>
      workflow.parse(parse(readFileSync(join(WORKFLOWS, file), "utf8"))),
    );
    const uses = all.flatMap(({ jobs }) =>
      Object.values(jobs).flatMap(({ steps }) => steps.flatMap((each) => each.uses ?? [])),
    );
    assert.ok(uses.length > 0);
    assert.deepEqual(
      uses.filter((each) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(each)),
      [],
    );
    assert.doesNotMatch(JSON.stringify(all), /pull_request_target|workflow_run/);
    const tools = read("ci", "tools.sh");
    const downloads = tools.match(/^download "/gm)?.length;
    assert.equal(downloads, 2);
    assert.equal(tools.match(/^[A-Z]+_SHA256=[0-9a-f]{64}$/gm)?.length, downloads);
    assert.match(tools, /^set -eu$/m);
  });

  it("print no secret", () => {
    const leaks = ["set -eux", "echo $PULUMI_ACCESS_TOKEN", 'echo "${KUBECONFIG_CONTENT}"', "env | sort", "printenv"];
    for (const leak of [...leaks, "echo ${{ secrets.X }}", "pulumi up --show-secrets"]) {
      assert.ok(printsSecrets(leak), leak);
    }
    const lines = [...gitHubLines(), ...gitLabLines()];
    assert.ok(lines.length > 10);
    assert.deepEqual(lines.filter(printsSecrets), []);
  });

  for (const { file, event, writer, may, reader } of [
    { file: "pull-request.yml", event: "pull_request", writer: "comment", may: "pull-requests", reader: "preview" },
    {
      file: "drift.yml",
      event: { schedule: [{ cron: "17 5 * * *" }], workflow_dispatch: null },
      ...{ writer: "issue", may: "issues", reader: "look" },
    },
  ]) {
    it(`may write ${may} in one job, that sees no other secret, and nothing else anywhere: ${file}`, () => {
      const { on, jobs } = workflow.parse(parse(read(".github", "workflows", file)));
      assert.deepEqual(on, event);
      const writers = Object.entries(jobs).filter(([, { permissions }]) =>
        Object.values(permissions).includes("write"),
      );
      assert.deepEqual(
        writers.map(([name, { permissions }]) => ({ name, permissions })),
        [{ name: writer, permissions: { contents: "read", [may]: "write" } }],
      );
      assert.doesNotMatch(JSON.stringify(writers), /secrets\./);
      assert.match(JSON.stringify(jobs[reader]), /secrets\./);
    });
  }
});

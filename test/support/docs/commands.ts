import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(__dirname, "..", "..", "..");

/** A block of commands of a page, as a reader would paste it. */
export interface Commands {
  /** Such as `docs/guides/join.md`. */
  readonly page: string;
  /** Counted from 1 on its page. */
  readonly number: number;
  readonly text: string;
}

const FOLDERS = ["docs", "docs/guides", "docs/reference"] as const;

/** All pages for users. */
export const PAGES: readonly string[] = [
  ...["README.md", "CONTRIBUTING.md"],
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  ),
];

/** Without what the list around a block indents it by. */
const outdented = (text: string, indent: string): string =>
  text
    .split("\n")
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join("\n");

/** The blocks of a page. */
export function commandsOf(page: string): readonly Commands[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  const blocks = [...text.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)];
  return blocks.map(([, indent = "", inside = ""], index) => ({
    page,
    number: index + 1,
    text: outdented(inside, indent),
  }));
}

const pages = (page: string, run: string, ...numbers: readonly number[]) =>
  numbers.map((number) => [`${page} ${String(number)}`, run] as const);

const STEPS = "test/engine/docs/steps.long.test.ts";
const APISERVER = "test/engine/docs/apiserver.long.test.ts";
const SEVERAL_STACKS = "test/engine/docs/severalStacks.long.test.ts";

/** What runs each block: a test, or the commands themselves where they are the tests'. */
export const RUN_BY: ReadonlyMap<string, string> = new Map([
  ...pages("README.md", "npm run demo", 1),
  ...pages("README.md", STEPS, 2, 3),
  ...pages("CONTRIBUTING.md", "npm test", 1),
  ...pages("docs/testing.md", "npm test", 1, 2),
  ...pages("docs/guides/demo.md", "npm run demo", 1),
  ...pages("docs/guides/demo.md", "test/lab", 2),
  ...pages("docs/guides/first-mesh.md", STEPS, 1, 2, 3, 4),
  ...pages("docs/guides/join.md", STEPS, 1, 2),
  ...pages("docs/guides/leave.md", STEPS, 1, 2),
  ...pages("docs/guides/look.md", STEPS, 1, 2, 3),
  ...pages("docs/guides/lost-cluster.md", STEPS, 1, 2, 3, 4),
  ...pages("docs/guides/rotate-certificates.md", STEPS, 1, 2, 3, 4),
  ...pages("docs/guides/apiserver.md", APISERVER, 1, 2),
  ...pages("docs/reference/permissions.md", APISERVER, 1, 2, 3, 4, 5),
  ...pages("docs/guides/several-stacks.md", SEVERAL_STACKS, 1, 4, 5, 7),
  ...pages("docs/guides/examples.md", "test/unit/examples/rancher.test.ts", 5),
  ...pages("docs/guides/examples.md", "test/unit/examples/byHand.test.ts", 7),
]);

/** Blocks that no test runs as they are, and why. */
export const NOT_RUN: ReadonlyMap<string, string> = new Map([
  ...pages(
    "docs/guides/examples.md",
    "the stack of one's own clusters; test/engine/docs/steps.long.test.ts does the same with another file, and test/unit/examples previews this one",
    ...[1, 9],
  ),
  ...pages(
    "docs/guides/examples.md",
    "makes clusters by kind, kubeadm, AWS or Argo CD, or installs the chart from the network; test/workflows/examples.test.ts renders it",
    ...[2, 3, 4, 6, 8],
  ),
  ...pages(
    "docs/guides/first-mesh.md",
    "needs the plugins' archives, which are on the network; test/unit/docs/plugins.test.ts holds it to the packages' versions",
    5,
  ),
  ...pages("docs/guides/library.md", "test/package does this with other folders, and without the network", 1),
  ...pages(
    "docs/guides/other-languages.md",
    "package add needs the host of another language; test/package and test/plugins speak to the plugin",
    1,
  ),
  ...pages(
    "docs/guides/policies.md",
    "needs the launcher of a released CLI; test/engine/policies.long.test.ts starts the pack by one of its own",
    ...[1, 2],
  ),
  ...pages(
    "docs/guides/etcd-users.md",
    "needs etcds that serve the mesh's certificates, and their administrator; test/engine/etcdUsers and test/lab/etcdUsers do the same",
    ...[1, 2],
  ),
  ...pages(
    "docs/guides/living-with-a-mesh.md",
    "the chart's repository is on the network; the lab tests upgrade by the chart itself",
    1,
  ),
  ...pages(
    "docs/guides/several-stacks.md",
    "a cluster with clustermesh-apiserver in a stack of its own; test/engine/apiserver does the same with other names",
    ...[2, 3, 6],
  ),
]);

import { stringify } from "yaml";
import type { Setting } from "./settings";

const CLUSTER = "cluster1";

const INTRODUCTION = `# Configuration

Written by \`npm run docs\` from [components/settings/model](../../components/settings/model): change it there. The arguments of
the library's \`ClusterMesh\` are the same.

A stack's settings are in \`stacks/Pulumi.<stack>.yaml\`, all under \`clustermesh:\`. A secret is set with \`pulumi config set --secret\`; the
file then holds it encrypted. An editor with the YAML language server checks such a file against
[configuration.schema.json](configuration.schema.json), with this first line:

\`\`\`yaml
# yaml-language-server: $schema=../docs/reference/configuration.schema.json
\`\`\`

A cluster's name, the key under \`clusters\`, follows Cilium's rule: lower case letters, digits and \`-\`, at most 32 characters, not \`default\`.`;

interface Section {
  readonly title: string;
  readonly text: string;
  /** Where a mesh has several stacks, which of them has the settings of this section, unless a setting has it otherwise. */
  readonly stacks: Setting["stacks"];
}

const CLUSTERS: Section = {
  title: "A cluster",
  text: "What each cluster is in the mesh, and how it is reached.",
  stacks: ["authority"],
};
const MESH: Section = {
  title: "The mesh",
  text: "What holds for all clusters alike, and which part of the mesh the stack has.",
  stacks: ["authority"],
};
const STACK: Section = { title: "A stack", text: "How a stack works on its clusters.", stacks: ["cluster"] };
const DEMO: Section = {
  title: "The demo",
  text:
    "`protected-db` and two clients in one cluster, three clients in another, a policy that lets only employees in, and a global Service: " +
    "see [the demo](../guides/demo.md).",
  stacks: ["cluster"],
};

function sectionOf({ key, stacks }: Setting): Section {
  const [top = ""] = key.split(".");
  if (top === "clusters") return CLUSTERS;
  if (top === "demo") return DEMO;
  return stacks.includes("authority") || top === "authorityStack" ? MESH : STACK;
}

/** Which stacks of several take a setting. */
const whereSet = (stacks: Setting["stacks"]): string =>
  stacks.length === 1 ? `in the ${stacks.join()} stack` : "in every stack";

const code = (value: unknown): string => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;

/** The setting as it is written down; nothing for a group. */
function example({ key, example: value, secret }: Setting): string | undefined {
  if (value === undefined && !secret) return undefined;
  const path = key.replace("<name>", CLUSTER).split(".");
  if (secret) {
    const list = key.endsWith(".trusted") ? "[0]" : "";
    return `\`pulumi config set --secret --path '${path.join(".")}${list}' < file\``;
  }
  const [top = "", ...rest] = path;
  const nested = rest.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  const yaml = stringify({ [`clustermesh:${top}`]: nested }, { collectionStyle: "flow", lineWidth: 0 }).trim();
  return `\`${yaml.replace(/^\{ |\ }$/g, "")}\``;
}

function paragraph(setting: Setting): string {
  const { key, type, required, stacks, secret, description } = setting;
  const elsewhere = whereSet(stacks) !== whereSet(sectionOf(setting).stacks);
  const fallback = setting.default === undefined ? "" : `, default ${code(setting.default)}`;
  const shown = example(setting);
  return [
    `### \`${key}\``,
    description,
    [
      `${type[0]?.toUpperCase() ?? ""}${type.slice(1)}${secret ? ", secret" : ""}${required ? ", required" : fallback}.`,
      ...(elsewhere ? [`Of several stacks: set ${whereSet(stacks)}.`] : []),
      ...(shown === undefined ? [] : [`Example: ${shown}`]),
    ]
      .map((line) => `- ${line}`)
      .join("\n"),
  ].join("\n\n");
}

/** The reference page of the configuration, Markdown. */
export function page(settings: readonly Setting[]): string {
  const sections = [CLUSTERS, MESH, STACK, DEMO].map((section) => {
    const { title, text, stacks } = section;
    const home = `In [a mesh of several stacks](../guides/several-stacks.md) they are set ${whereSet(stacks)}, unless a setting says otherwise.`;
    const own = settings.filter((setting) => sectionOf(setting) === section);
    return [`## ${title}`, `${text} ${home}`, ...own.map(paragraph)].join("\n\n");
  });
  return [INTRODUCTION, ...sections].join("\n\n");
}

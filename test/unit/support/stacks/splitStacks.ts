import * as pulumi from "@pulumi/pulumi";
import { ClusterMeshAuthority, type Signing } from "../../../../components";
import { authorityOutputs, loadStack, type Loaded } from "../../../../stacks";
import { adoptedCas } from "../certificates/adoptedCas";
import { clusterName } from "../mesh/mesh";
import { omit } from "../omit";
import { run, valueOf, type OtherStacks } from "../pulumiMocks";
import { clusterConfiguration, texts } from "./configuration";

/** The name of the authority stack in a cluster stack's configuration. */
export const AUTHORITY_STACK = "organization/clustermesh/authority";

type Values = Readonly<Record<string, unknown>>;

/** The nth cluster as an authority stack has it: without a way in. */
export function listed(n: number, over: object = {}): object {
  return { ...omit(clusterConfiguration(n) as { readonly context: string }, "context"), ...over };
}

/** An authority stack's configuration: three clusters, and an adopted CA, for a mocked one is none that could be judged. */
export async function authorityValues(over: Values = {}): Promise<Values> {
  const { shared } = await adoptedCas();
  const clusters = Object.fromEntries([1, 2, 3].map((n) => [clusterName(n), listed(n)]));
  return { role: "authority", clusters, authority: "adopted", ca: shared.authority, ...over };
}

/** The configuration of the second cluster's stack. */
export function memberValues(over: Values = {}): Values {
  const clusters = { cluster2: { context: "context2" } };
  return { role: "cluster", authorityStack: AUTHORITY_STACK, clusters, wait: { preflight: false }, ...over };
}

function configure(values: Values): void {
  const prefixed = Object.entries(texts(values)).map(([key, text]) => [`clustermesh:${key}`, text] as const);
  pulumi.runtime.setAllConfig(Object.fromEntries(prefixed));
}

/** What a stack with these values loads as. @throws Error with which it is refused. */
export async function load(values: Values, stacks: OtherStacks = {}): Promise<Loaded> {
  const program = async (): Promise<Loaded | Error> => {
    configure(values);
    return loadStack().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  };
  const { result } = await run(program, false, undefined, stacks);
  if (result instanceof Error) {
    throw result;
  }
  return result;
}

/** What a stack is refused with: the heading and its lines. */
export async function refusal(values: Values, stacks: OtherStacks = {}): Promise<readonly string[]> {
  return load(values, stacks).then(
    () => [],
    (error: unknown) => String(error instanceof Error ? error.message : error).split("\n"),
  );
}

/** The lines of a refusal, without its heading. */
export const refusalLines = async (...args: Parameters<typeof refusal>): Promise<readonly string[]> =>
  (await refusal(...args)).slice(1).map((line) => line.slice(4));

/** The backend after an up of an authority stack, as a member's stack finds it. */
export async function published(over: Values = {}): Promise<OtherStacks> {
  const values = await authorityValues(over);
  const { result } = await run(async () => {
    configure(values);
    const stack = await loadStack();
    const authority = new ClusterMeshAuthority("clustermesh", stack.plan);
    return authorityOutputs(authority, stack);
  });
  const signing = await valueOf(result["signing"] as pulumi.Output<Signing>);
  return { [AUTHORITY_STACK]: { registry: JSON.parse(JSON.stringify(result["registry"])) as unknown, signing } };
}

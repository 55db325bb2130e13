import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { knownValue } from "../basics/known";
import { own } from "../basics/model/own";
import { error, type Diagnostic } from "../mesh/model/diagnostic";
import { problemsOf } from "../mesh/model/issues";
import { keysAt } from "../mesh/model/schemaKeys";
import { cannotWork } from "../mesh/refusal";
import { typeNamed, type InputsSpec, type PropertySpec, type TypeSpec } from "./model/packageTypes";

/** What was sent, as the library takes it, and what of it is an output. */
interface Given {
  readonly value: unknown;
  readonly outputs: readonly (readonly string[])[];
}

type Path = readonly string[];

const refuse = (path: Path, reason: string, fix: string): never => {
  throw cannotWork([error({ property: path.join("."), reason, fix })]);
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !pulumi.Output.isInstance(value);

/** The value of what decides which resources there are. */
async function settled(value: unknown, path: Path): Promise<unknown> {
  if (!pulumi.Output.isInstance(value)) return value;
  const known = await knownValue(value);
  return known ?? refuse(path, "is not known yet, and decides what is made", "give a value that a preview knows");
}

/** A text that is a secret from here on, or a list of them. */
async function secretOf(value: unknown, type: TypeSpec, path: Path): Promise<Given> {
  if (type.type === "string") return { value: pulumi.secret(value), outputs: [path] };
  const whole = await settled(value, path);
  if (!Array.isArray(whole)) return { value: whole, outputs: [] };
  return { value: whole.map((each: unknown) => pulumi.secret(each)), outputs: [path] };
}

/** Whether something that is to be secret was sent. */
function holdsSecret(value: unknown, type: TypeSpec & { readonly secret?: true }, spec: InputsSpec): boolean {
  if (type.secret === true) return value !== undefined;
  if (!isRecord(value)) return false;
  const properties = typeNamed(spec, type)?.properties;
  return Object.entries(value).some(([key, each]) => {
    const inner = properties === undefined ? type.additionalProperties : own(properties, key);
    return inner !== undefined && holdsSecret(each, inner, spec);
  });
}

async function ofRecord(
  value: Readonly<Record<string, unknown>>,
  read: (key: string, each: unknown) => Promise<Given>,
): Promise<Given> {
  const each = await Promise.all(
    Object.entries(value)
      .filter(([, sent]) => sent !== undefined)
      .map(async ([key, sent]) => [key, await read(key, sent)] as const),
  );
  return {
    value: Object.fromEntries(each.map(([key, given]) => [key, given.value])),
    outputs: each.flatMap(([, { outputs }]) => outputs),
  };
}

async function read(sent: unknown, type: PropertySpec | TypeSpec, path: Path, spec: InputsSpec): Promise<Given> {
  if ("secret" in type) return secretOf(sent, type, path);
  if (type.plain !== true) return { value: sent, outputs: [path] };
  const value = await settled(sent, path);
  if (pulumi.Output.isInstance(sent) && (await pulumi.isSecret(sent)) && !holdsSecret(value, type, spec)) {
    return refuse(path, "is a secret, and messages show it", "give what is none");
  }
  const properties = typeNamed(spec, type)?.properties;
  if (!isRecord(value)) return { value, outputs: [] };
  return ofRecord(value, async (key, each) => {
    const inner = properties === undefined ? type.additionalProperties : own(properties, key);
    const at = [...path, key];
    // What there is not is refused with all else that is wrong.
    return inner === undefined ? { value: each, outputs: [] } : read(each, inner, at, spec);
  });
}

/** Whether an issue is about something that is an output: that is judged when it is known. */
const isOf = (outputs: readonly Path[]) => (issue: z.core.$ZodIssue) =>
  outputs.some((path) => path.every((key, index) => issue.path[index] === key));

/**
 * The arguments that another language has sent: what has to be plain is so, and what is to be secret is so too.
 *
 * @throws RunError with all that is wrong with their form.
 */
export async function givenArgs(inputs: pulumi.Inputs, spec: InputsSpec, schema: z.ZodType): Promise<unknown> {
  const { value, outputs } = await ofRecord(inputs, async (key, each) => {
    const type = own(spec.inputs.properties, key);
    return type === undefined ? { value: each, outputs: [] } : read(each, type, [key], spec);
  });
  const wrong = (schema.safeParse(value).error?.issues ?? []).filter((issue) => !isOf(outputs)(issue));
  const problems: readonly Diagnostic[] = wrong.flatMap((issue) =>
    problemsOf(issue, value, keysAt(schema, issue.path)),
  );
  if (problems.length > 0) throw cannotWork(problems);
  return value;
}

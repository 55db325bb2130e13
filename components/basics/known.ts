import * as pulumi from "@pulumi/pulumi";

/** The value of an output; nothing where it is known only once something is made, as in a preview. */
export async function knownValue(output: pulumi.Output<unknown>): Promise<unknown> {
  const sent: unknown = await pulumi.runtime.serializeProperty("value", output);
  const value: unknown = pulumi.runtime.isRpcSecret(sent) ? pulumi.runtime.unwrapRpcSecret(sent) : sent;
  return value === pulumi.runtime.unknownValue ? undefined : value;
}

/** The text of an input; nothing where it is known only once something is made. */
export async function known(input: pulumi.Input<string>): Promise<string | undefined> {
  const text = typeof input === "string" ? input : await knownValue(pulumi.output(input));
  return typeof text === "string" ? text : undefined;
}

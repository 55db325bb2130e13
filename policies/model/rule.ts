import { z } from "zod";
import { formatFinding, type Finding } from "../../components/mesh/model/diagnostic";
import { isOfMesh, kindOf, type PolicyResource } from "./resource";

/** What is wrong with a resource. */
export type Violation = Pick<Finding, "property" | "value" | "reason" | "fix">;

/** A rule that resources have to fulfil. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  /** What can be configured, as JSON Schema. */
  readonly configProperties: Readonly<Record<string, object>>;
  /**
   * One printable line for each thing that is wrong.
   *
   * @param config As it is given; what is absent has its default. @throws Error where it is not of its schema.
   */
  violations(resource: PolicyResource, config: object): readonly string[];
}

/** Which resources a rule looks at. */
const resources = z.enum(["mesh", "all"]);

const DESCRIPTION = "Whose resources are looked at: `mesh`, those of its components, or `all` of the program.";

/** A rule, of its parts. */
interface RuleParts<Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly description: string;
  /** Which resources it looks at, unless a configuration says otherwise. */
  readonly resources: z.infer<typeof resources>;
  readonly config: Shape;
  readonly check: (resource: PolicyResource, config: z.infer<z.ZodObject<Shape>>) => readonly Violation[];
}

/** A rule whose configuration is checked, and that finds what its check finds. */
export function rule<Shape extends z.ZodRawShape>(parts: RuleParts<Shape>): Rule {
  const config = z.strictObject(parts.config);
  const scope = z.strictObject({ resources: resources.default(parts.resources).describe(DESCRIPTION) });
  const { properties = {} } = z.toJSONSchema(scope.extend(parts.config), { io: "input" });
  return {
    name: parts.name,
    description: parts.description,
    configProperties: Object.fromEntries(
      Object.entries(properties).map(([key, schema]) => [key, Object(schema) as object]),
    ),
    violations: (resource, given) => {
      const { resources: looked, ...rest } = z.looseObject(scope.shape).parse(given);
      const own = config.parse(rest);
      if (looked === "mesh" && !isOfMesh(resource)) return [];
      const subject = { kind: kindOf(resource), name: resource.name };
      return parts.check(resource, own).map((violation) => formatFinding(subject, violation));
    },
  };
}

import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { present } from "../components/basics/model/own";
import type { PolicyResource } from "./model/resource";
import type { Rule } from "./model/rule";
import { RULES } from "./model/rules";

/** The rules as policies of Pulumi. */
export const policies: ResourceValidationPolicy[] = RULES.map(policyOf);

function policyOf(rule: Rule): ResourceValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    configSchema: { properties: rule.configProperties },
    validateResource: (args, reportViolation) => {
      for (const violation of rule.violations(resourceOf(args), args.getConfig())) {
        reportViolation(violation);
      }
    },
  };
}

/** What a rule looks at. A value that a preview does not know yet throws where it is read, and the SDK reports that as advisory. */
function resourceOf({ urn, type, name, props, provider }: ResourceValidationArgs): PolicyResource {
  return { urn, type, name, props, ...present({ provider }) };
}

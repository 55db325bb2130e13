import { CA_KINDS } from "../../support/caKinds";
import { describeCAKinds } from "../../support/judgeCAKinds";

describeCAKinds(CA_KINDS);

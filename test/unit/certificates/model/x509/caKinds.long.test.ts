import { CA_KINDS } from "../../../support/certificates/caKinds";
import { describeCAKinds } from "../../../support/certificates/judgeCAKinds";

describeCAKinds(CA_KINDS);

import { describeLife } from "./support/life";

describeLife(2);

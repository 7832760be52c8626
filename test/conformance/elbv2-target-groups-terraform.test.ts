import { testByTerraform } from '../support/terraform-test.ts'
import { balancingNames } from './elbv2-left.ts'

testByTerraform({
  module: 'elbv2-target-groups',
  drives: 'target groups of each type and what is attached to them',
  change: '0 added, 7 changed, 0 destroyed',
  settled: [2],
  left: balancingNames,
})

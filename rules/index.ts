import type { Rule } from '../engine/lint/rule.ts';
import sharedServiceAccount from './accounts/shared-service-account/rule.ts';
import automountedToken from './tokens/automounted-token/rule.ts';
import clusterAdminBinding from './access/cluster-admin-binding/rule.ts';
import broadClusterRoleBinding from './access/broad-cluster-role-binding/rule.ts';
import networkOnlyTrust from './trust/network-only-trust/rule.ts';
import openNetworkPeer from './trust/open-network-peer/rule.ts';
import selectorTrap from './trust/selector-trap/rule.ts';
import defaultServiceAccount from './accounts/default-service-account/rule.ts';
import openAuthorizationPolicy from './trust/open-authorization-policy/rule.ts';
import deprecatedServiceAccountField from './accounts/deprecated-service-account-field/rule.ts';
import mutualTlsNotRequired from './trust/mutual-tls-not-required/rule.ts';
import longLivedToken from './tokens/long-lived-token/rule.ts';
import identityPolicyWithoutMutualTls from './trust/identity-policy-without-mutual-tls/rule.ts';
import ineffectiveIdentityField from './tokens/ineffective-identity-field/rule.ts';
import everyoneBinding from './access/everyone-binding/rule.ts';
import { metaRules } from './meta/index.ts';

/** Every rule, in the order of rules.md: the shells hand this list to the engine. */
export const rules: readonly Rule[] = [sharedServiceAccount, automountedToken, clusterAdminBinding, broadClusterRoleBinding, networkOnlyTrust, openNetworkPeer, selectorTrap, openAuthorizationPolicy, mutualTlsNotRequired, identityPolicyWithoutMutualTls, defaultServiceAccount, deprecatedServiceAccountField, longLivedToken, ineffectiveIdentityField, everyoneBinding, ...metaRules];

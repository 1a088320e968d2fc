/* rules_sco.c: the cyber-observable objects of STIX 2.1, §6. */
#include "work/cyber/rules.h"

#define END                                                                                        \
	{                                                                                          \
		NULL, P_ANY, false, NULL                                                           \
	}

static const struct prop artifact[] = {{"mime_type", P_STRING, false, NULL},
	{"payload_bin", P_BINARY, false, NULL}, {"url", P_STRING, false, NULL},
	{"hashes", P_HASHES, false, NULL}, {"encryption_algorithm", P_STRING, false, NULL},
	{"decryption_key", P_STRING, false, NULL}, END};
static const struct prop autonomous_system[] = {{"number", P_INTEGER, true, NULL},
	{"name", P_STRING, false, NULL}, {"rir", P_STRING, false, NULL}, END};
static const struct prop directory[] = {{"path", P_STRING, true, NULL},
	{"path_enc", P_STRING, false, NULL}, {"ctime", P_TIME, false, NULL},
	{"mtime", P_TIME, false, NULL}, {"atime", P_TIME, false, NULL},
	{"contains_refs", P_IDS, false, "file|directory"}, END};
static const struct prop domain_name[] = {{"value", P_STRING, true, NULL},
	{"resolves_to_refs", P_IDS, false, "ipv4-addr|ipv6-addr|domain-name"}, END};
static const struct prop email_addr[] = {{"value", P_STRING, true, NULL},
	{"display_name", P_STRING, false, NULL}, {"belongs_to_ref", P_ID, false, "user-account"},
	END};
static const struct prop email_message[] = {{"is_multipart", P_BOOLEAN, true, NULL},
	{"date", P_TIME, false, NULL}, {"content_type", P_STRING, false, NULL},
	{"from_ref", P_ID, false, "email-addr"}, {"sender_ref", P_ID, false, "email-addr"},
	{"to_refs", P_IDS, false, "email-addr"}, {"cc_refs", P_IDS, false, "email-addr"},
	{"bcc_refs", P_IDS, false, "email-addr"}, {"message_id", P_STRING, false, NULL},
	{"subject", P_STRING, false, NULL}, {"received_lines", P_STRINGS, false, NULL},
	{"additional_header_fields", P_OBJECT, false, NULL}, {"body", P_STRING, false, NULL},
	{"body_multipart", P_LIST, false, NULL}, {"raw_email_ref", P_ID, false, "artifact"}, END};
static const struct prop file[] = {{"hashes", P_HASHES, false, NULL},
	{"size", P_INTEGER, false, NULL}, {"name", P_STRING, false, NULL},
	{"name_enc", P_STRING, false, NULL}, {"magic_number_hex", P_HEX, false, NULL},
	{"mime_type", P_STRING, false, NULL}, {"ctime", P_TIME, false, NULL},
	{"mtime", P_TIME, false, NULL}, {"atime", P_TIME, false, NULL},
	{"parent_directory_ref", P_ID, false, "directory"}, {"contains_refs", P_IDS, false, NULL},
	{"content_ref", P_ID, false, "artifact"}, END};
static const struct prop ipv4_addr[] = {{"value", P_STRING, true, NULL},
	{"resolves_to_refs", P_IDS, false, "mac-addr"},
	{"belongs_to_refs", P_IDS, false, "autonomous-system"}, END};
static const struct prop mac_addr[] = {{"value", P_STRING, true, NULL}, END};
static const struct prop mutex[] = {{"name", P_STRING, true, NULL}, END};
static const struct prop network_traffic[] = {{"start", P_TIME, false, NULL},
	{"end", P_TIME, false, NULL}, {"is_active", P_BOOLEAN, false, NULL},
	{"src_ref", P_ID, false, "ipv4-addr|ipv6-addr|mac-addr|domain-name"},
	{"dst_ref", P_ID, false, "ipv4-addr|ipv6-addr|mac-addr|domain-name"},
	{"src_port", P_INTEGER, false, NULL}, {"dst_port", P_INTEGER, false, NULL},
	{"protocols", P_STRINGS, true, NULL}, {"src_byte_count", P_INTEGER, false, NULL},
	{"dst_byte_count", P_INTEGER, false, NULL}, {"src_packets", P_INTEGER, false, NULL},
	{"dst_packets", P_INTEGER, false, NULL}, {"ipfix", P_OBJECT, false, NULL},
	{"src_payload_ref", P_ID, false, "artifact"}, {"dst_payload_ref", P_ID, false, "artifact"},
	{"encapsulates_refs", P_IDS, false, "network-traffic"},
	{"encapsulated_by_ref", P_ID, false, "network-traffic"}, END};
static const struct prop process[] = {{"is_hidden", P_BOOLEAN, false, NULL},
	{"pid", P_INTEGER, false, NULL}, {"created_time", P_TIME, false, NULL},
	{"cwd", P_STRING, false, NULL}, {"command_line", P_STRING, false, NULL},
	{"environment_variables", P_OBJECT, false, NULL},
	{"opened_connection_refs", P_IDS, false, "network-traffic"},
	{"creator_user_ref", P_ID, false, "user-account"}, {"image_ref", P_ID, false, "file"},
	{"parent_ref", P_ID, false, "process"}, {"child_refs", P_IDS, false, "process"}, END};
static const struct prop software[] = {{"name", P_STRING, true, NULL},
	{"cpe", P_STRING, false, NULL}, {"swid", P_STRING, false, NULL},
	{"languages", P_STRINGS, false, NULL}, {"vendor", P_STRING, false, NULL},
	{"version", P_STRING, false, NULL}, END};
static const struct prop url[] = {{"value", P_STRING, true, NULL}, END};
static const struct prop user_account[] = {{"user_id", P_STRING, false, NULL},
	{"credential", P_STRING, false, NULL}, {"account_login", P_STRING, false, NULL},
	{"account_type", P_STRING, false, NULL}, {"display_name", P_STRING, false, NULL},
	{"is_service_account", P_BOOLEAN, false, NULL}, {"is_privileged", P_BOOLEAN, false, NULL},
	{"can_escalate_privs", P_BOOLEAN, false, NULL}, {"is_disabled", P_BOOLEAN, false, NULL},
	{"account_created", P_TIME, false, NULL}, {"account_expires", P_TIME, false, NULL},
	{"credential_last_changed", P_TIME, false, NULL},
	{"account_first_login", P_TIME, false, NULL}, {"account_last_login", P_TIME, false, NULL},
	END};
static const struct prop windows_registry_key[] = {{"key", P_STRING, false, NULL},
	{"values", P_LIST, false, NULL}, {"modified_time", P_TIME, false, NULL},
	{"creator_user_ref", P_ID, false, "user-account"},
	{"number_of_subkeys", P_INTEGER, false, NULL}, END};
static const struct prop x509_certificate[] = {{"is_self_signed", P_BOOLEAN, false, NULL},
	{"hashes", P_HASHES, false, NULL}, {"version", P_STRING, false, NULL},
	{"serial_number", P_STRING, false, NULL}, {"signature_algorithm", P_STRING, false, NULL},
	{"issuer", P_STRING, false, NULL}, {"validity_not_before", P_TIME, false, NULL},
	{"validity_not_after", P_TIME, false, NULL}, {"subject", P_STRING, false, NULL},
	{"subject_public_key_algorithm", P_STRING, false, NULL},
	{"subject_public_key_modulus", P_STRING, false, NULL},
	{"subject_public_key_exponent", P_INTEGER, false, NULL},
	{"x509_v3_extensions", P_OBJECT, false, NULL}, END};

static int check_artifact(const struct stix *s, struct arena *arena, struct why *why)
{
	static const char *const some[] = {"payload_bin", "url", NULL};

	(void)arena;
	if (stix_rule_has(s, "payload_bin") && stix_rule_has(s, "url"))
		return why_set(
			why, E_INVALID, "/url", "an artifact has payload_bin or url, not both");
	if (stix_rule_has(s, "url") && !stix_rule_has(s, "hashes"))
		return why_set(why, E_INVALID, "/hashes", "an artifact by url has hashes");
	return stix_rule_some(s, some, why);
}

static int check_email(const struct stix *s, struct arena *arena, struct why *why)
{
	bool multipart = json_true(&s->doc, stix_get(s, "is_multipart"));

	(void)arena;
	if (multipart && stix_rule_has(s, "body"))
		return why_set(why, E_INVALID, "/body", "a multipart message has body_multipart");
	if (!multipart && stix_rule_has(s, "body_multipart"))
		return why_set(
			why, E_INVALID, "/body_multipart", "the message says it is not multipart");
	return 0;
}

static int check_file(const struct stix *s, struct arena *arena, struct why *why)
{
	static const char *const some[] = {"hashes", "name", NULL};
	int rc = stix_rule_some(s, some, why);

	(void)arena;
	return rc < 0 ? rc : stix_rule_range(s, "size", 0, 9e18, why);
}

static int check_traffic(const struct stix *s, struct arena *arena, struct why *why)
{
	static const char *const some[] = {"src_ref", "dst_ref", NULL};
	int rc = stix_rule_some(s, some, why);

	if (rc == 0)
		rc = stix_rule_range(s, "src_port", 0, 65535, why);
	if (rc == 0)
		rc = stix_rule_range(s, "dst_port", 0, 65535, why);
	if (rc < 0)
		return rc;
	if (stix_rule_has(s, "end") && json_true(&s->doc, stix_get(s, "is_active")))
		return why_set(why, E_INVALID, "/end", "what is active has not ended");
	return stix_rule_order(s, "start", "end", true, arena, why);
}

/* §6: at least one of its own properties. */
static int check_something(const struct stix *s, struct arena *arena, struct why *why)
{
	const struct stix_type *t = stix_type_find(s->type);

	(void)arena;
	for (const struct prop *p = t->prop; p->name; p++)
		if (stix_rule_has(s, p->name))
			return 0;
	if (stix_rule_has(s, "extensions"))
		return 0;
	return why_set(why, E_INVALID, "", "a %s has at least one of its properties", t->name);
}

const struct stix_type stix_types_sco[] = {
	{"ipv4-addr", STIX_SCO, ipv4_addr, NULL},
	{"ipv6-addr", STIX_SCO, ipv4_addr, NULL},
	{"domain-name", STIX_SCO, domain_name, NULL},
	{"url", STIX_SCO, url, NULL},
	{"file", STIX_SCO, file, check_file},
	{"artifact", STIX_SCO, artifact, check_artifact},
	{"autonomous-system", STIX_SCO, autonomous_system, NULL},
	{"directory", STIX_SCO, directory, NULL},
	{"email-addr", STIX_SCO, email_addr, NULL},
	{"email-message", STIX_SCO, email_message, check_email},
	{"mac-addr", STIX_SCO, mac_addr, NULL},
	{"mutex", STIX_SCO, mutex, NULL},
	{"network-traffic", STIX_SCO, network_traffic, check_traffic},
	{"process", STIX_SCO, process, check_something},
	{"software", STIX_SCO, software, NULL},
	{"user-account", STIX_SCO, user_account, check_something},
	{"windows-registry-key", STIX_SCO, windows_registry_key, check_something},
	{"x509-certificate", STIX_SCO, x509_certificate, check_something},
	{NULL, STIX_CUSTOM, NULL, NULL},
};

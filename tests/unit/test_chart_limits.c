// SPDX-License-Identifier: Apache-2.0
// Loops around every function that templates have: each ends by a limit, and its error names file
// and line. With SANDSTRAP_MEASURE set in the environment the limits are those of a chart, and the
// processor time of each loop is printed (a step should take some 20 ns).
#include "unit.h"

#include <time.h>

#include "base/map.h"
#include "base/mem.h"
#include "model/chart/functions/functions.h"

// What the loops take: short and long texts, of letters, of other runes and of words; lists and
// dicts that are wide, deep, or hold themselves many times; what other functions read.
static const char setup[] =
    "{{ $s := \"hello World-12 x\" }}{{ $S := repeat 256 \"ab C-\" }}"
    "{{ $U := repeat 200 \"\xc3\xa9\xc4\xb0\xc3\x9f x\" }}{{ $W := repeat 1000 \"word and "
    "Another1 \" }}"
    "{{ $N := until 1000 }}{{ $L := splitList \"-\" (repeat 100 \"k1-\") }}"
    "{{ $M := dict }}{{ range $i := until 30 }}"
    "{{ $_ := set $M (printf \"k%d\" $i) (dict \"a\" $i \"b\" (list 1 \"x\" true 1.5) \"c\" \"t: "
    "x\") }}"
    "{{ end }}{{ $D := list 1 2 }}{{ range until 10 }}{{ $D = list $D $D }}{{ end }}"
    "{{ $E := dict \"a\" (list) }}{{ range until 8 }}{{ $E = dict \"a\" $E \"b\" $E }}{{ end }}"
    "{{ $Y := toYaml $M }}{{ $J := toJson $M }}{{ $O := toToml $M }}{{ $B := b64enc $S }}{{ $A := "
    "encryptAES \"k\" $S }}"
    "{{ $T := toDate \"2006-01-02\" \"2020-01-02\" }}{{ $C := deepCopy $M }}{{ $G := deepCopy $D "
    "}}{{ $V := semver \"1.2.3-rc.1+b\" }}"
    "{{ $F := printf \"%s>1\" (repeat 28 \">9.0 || \") }}\n";

static const char *const bodies[] = {
    // clang-format off
    // What Go itself has.
    "and 1 2", "or 0 2", "not 1", "eq $s \"hello World-12 y\"", "eq 1 2 3 4 5 6", "eq $S (printf \"%s\" $S)",
    "ne $s \"x\"", "lt 1 2", "le \"a\" \"b\"", "gt 1.5 2.5", "ge $S $S", "len $S", "html $s", "html $S",
    "js $S", "js $U", "urlquery $S", "index $M \"k7\" \"b\" 1", "index $N 5", "slice $N 1 500",
    "print $s 1 2 \"a\" 1.5", "print $M", "print $S", "println $D", "printf \"%d-%s\" 1 $s",
    "printf \"%v\" 1.5e300", "printf \"%f\" 1.5e300", "printf \"%.200f\" 1.1e-300",
    "printf \"%g %g %g %g %g %g %g %g\" 1.1 2.2 3.3 4.4 5.5 6.6 7.7 8.8",
    "printf \"%b %o %x %X %e %G\" 123456789 123456789 12345678 12345 1.12345 1.12345",
    "printf \"%q\" $S", "printf \"%x\" $S", "printf \"%+q\" $U", "printf \"%#v\" $M", "printf \"%v\" $D",
    "printf \"%1000000d\" 1", "printf \"%.999999d\" 1", "printf \"%.1s\" $U", "printf \"%T\" $M",
    "printf \"%!\" 1 2 3 4 5 6 7 8 9", "printf $S", "printf \"%c%U\" 65 66",
    // Texts.
    "hello", "trim $s", "trimall \"ab\" $S", "trimAll \"ab\" $S", "trimPrefix \"h\" $s", "trimSuffix \"x\" $s",
    "trunc -5 $S", "substr 1 15000 $S", "contains (printf \"%sb\" (repeat 500 \"a\")) (repeat 10000 \"a\")",
    "hasPrefix \"a\" $s", "hasSuffix \"a\" $s", "upper $U", "lower $S", "repeat 100000 \"a\"",
    "repeat 1000000 \"\"", "indent 2 $Y", "nindent 2 $s", "replace \"\" \"b\" $S", "replace \"ab C-\" \"\" $S",
    "replace (printf \"%sb\" (repeat 500 \"a\")) \"x\" (repeat 10000 \"a\")", "quote $S", "quote $M",
    "squote $s 1 2", "cat $M", "splitList \"\" $S", "split \"\" $S", "splitn \"-\" 2 $S", "join \",\" $N",
    "join \",\" (list $M $M)", "toStrings $N", "title $S", "title $U", "untitle $s", "swapcase $U",
    "nospace $S", "initials $S", "abbrev 10 $S", "abbrevboth 5 20 $S", "wrap 1 $S", "wrapWith 10 \"\\n\" $W",
    "camelcase $S", "snakecase $S", "snakecase $U", "kebabcase $s", "plural \"a\" \"b\" 2",
    // Lists and dicts.
    "list 1 2 3", "tuple 1 2 3", "first $N", "mustFirst $N", "last $N", "mustLast $N", "rest $N",
    "mustRest $N", "initial $N", "mustInitial $N", "mustSlice $N 1 500", "append $L 1", "mustAppend $L 1",
    "push $L 1", "mustPush $L 1", "prepend $L 1", "mustPrepend $L 1", "concat $L $L | len", "reverse $N",
    "mustReverse $N", "compact $N", "mustCompact $N", "uniq $N", "uniq $L", "uniq (list $M $C $M $C $D $G)", "has $C (list $E $D $M)", "without (list $D $M) $C $G", "mustUniq $L",
    "without $N 5", "mustWithout $L \"a\" \"b\"", "has 5 $N", "has $D (list $D $D $D)",
    "has $E (list (deepCopy $E))", "mustHas $M (list $M)", "sortAlpha $L", "sortAlpha $N", "chunk 1 $N",
    "mustChunk 10 $N", "dict \"a\" 1 \"b\" 2", "get $M \"k7\"", "set $M \"k7\" 1", "unset (dict \"a\" 1) \"a\"",
    "hasKey $M \"a\"", "pluck \"k7\" $M $M $M $M", "dig \"k7\" \"a\" 1 $M", "keys $M", "values $M",
    "pick $M \"k7\" \"k8\"", "omit $M \"k7\" | len", "merge $M $M", "mustMerge (dict) $M",
    "merge (dict \"a\" $E) (dict \"a\" $E)", "mergeOverwrite (dict) $E", "mustMergeOverwrite $E $E",
    "deepCopy $M", "deepCopy $D", "mustDeepCopy $E", "default 1 nil", "empty $D", "coalesce nil \"\" 1",
    "all 1 2 3 4", "any 1 2 3 4", "ternary 1 2 true",
    // Types and numbers.
    "typeOf $M", "kindOf $s", "typeIs \"string\" $s", "typeIsLike \"string\" $s", "kindIs \"string\" $s",
    "deepEqual $M $C", "deepEqual $D $G", "toString $M", "toString 1.5", "int \"123\"",
    "int64 1.5", "float64 \"1.123456789012345678901234567890e-300\"", "atoi \"12\"", "toDecimal \"0777\"",
    "add 1 2 3 4 5 6", "add1 1", "sub 2 1", "mul 2 3", "div 6 2", "mod 5 3", "max 1 2 3", "biggest 1 2",
    "min 1 2", "maxf 1.5 2", "minf 1.5 2", "floor 1.5", "ceil \"1.5\"", "round 1e300 -300", "addf 1.1 2.2 3.3",
    "add1f 1.5", "subf 1.1 2.2", "mulf 1e300 1e-300", "divf 1.1 2.2", "addf 1e300 1e-300", "until 100000",
    "untilStep 0 1000 1", "seq 1 100000", "seq 5",
    // Dates, patterns, versions, paths.
    "now", "date \"Mon Jan 2 15:04:05 2006\" $T", "date $S $T", "dateInZone \"2006\" $T \"UTC\"",
    "date_in_zone \"2006\" $T \"UTC\"", "htmlDate $T", "htmlDateInZone $T \"UTC\"", "dateModify \"+1h2m3s\" $T",
    "date_modify \"+1h\" $T", "mustDateModify \"+1h\" $T", "must_date_modify \"+1h\" $T", "toDate $S $S",
    "mustToDate \"Mon Jan 2 15:04:05 MST 2006\" \"Mon Jan 2 15:04:05 CET 2006\"", "unixEpoch $T", "ago $T",
    "duration \"100000\"", "durationRound \"2h10m5s\"", "$T.String", "$T.AddDate 1 2 3", "$T.Format $S",
    "regexMatch \"a+b\" $s", "regexMatch \"^(a|b)*c$\" $S", "regexMatch \"(\" $s",
    "regexMatch \"(x+x+)+y\" (repeat 30 \"x\")", "regexMatch (repeat 500 \"(a|b)?\") $s",
    "regexMatch \"(([a-z]{1,30}){1,30})\" $s", "mustRegexMatch \"[\\\\p{L}\\\\p{N}]{1,900}\" $s",
    "regexFind \"W[a-z]+\" $s", "mustRegexFind \"W\" $s", "regexFindAll \"[a-z]\" $S -1",
    "mustRegexFindAll \"\" $S -1", "regexReplaceAll \"[a-z]\" $S \"$0$0\"", "mustRegexReplaceAll \"b\" $S \"x\"",
    "regexReplaceAllLiteral \"[a-z]+\" $s \"x\"", "mustRegexReplaceAllLiteral \"z\" $S \"x\"",
    "regexSplit \"\" $S -1", "mustRegexSplit \" \" $S -1", "regexQuoteMeta $S", "semver \"1.2.3-rc.1+b\"",
    "semverCompare \">=1.2.3 <2 || ^3\" \"1.2.4\"", "semverCompare $F \"1.2.4\"", "$V.IncMajor",
    "$V.SetMetadata \"x\"", "base \"/a/b\"", "dir $S", "clean (repeat 4000 \"../a/\")", "ext $S", "isAbs \"/a\"",
    "osBase \"/a/b\"", "osDir $S", "osClean $S", "osExt $S", "osIsAbs \"/a\"",
    "urlParse (printf \"https://h/%s\" (repeat 9000 \"a\"))",
    "urlJoin (dict \"scheme\" \"https\" \"host\" \"h\" \"path\" $W)",
    // Encodings, digests, secrets.
    "b64enc $S", "b64dec $B", "b64dec $S", "b32enc $S", "b32dec (b32enc $S)", "sha1sum $s", "sha256sum $S",
    "sha512sum $s", "adler32sum $S", "randAlphaNum 10000", "randAlpha 1", "randNumeric 1", "randAscii 100",
    "randInt 1 100", "randBytes 10000", "uuidv4", "shuffle $S", "encryptAES \"k\" $S", "encryptAES \"k\" \"x\"",
    "decryptAES \"k\" $A", "toYaml $M", "toYaml $D", "toYaml $E", "toYaml $U", "toYaml 1.5",
    "mustToYaml $L", "toYamlPretty $M", "toJson $M", "mustToJson $U", "toPrettyJson $M", "mustToPrettyJson $N",
    "toRawJson $M", "mustToRawJson $D", "toToml $M", "mustToToml $M", "fromYaml $Y", "fromYaml $S",
    "fromYaml (repeat 1000 \"{\")", "fromYaml (repeat 200 \"[\")", "fromYaml (repeat 100000 \"[\")",
    "fromYaml (repeat 1000 \"{\\n\")", "fromYaml (repeat 100 \"- \")", "fromJson (repeat 1000 \"[\")", "fromYaml \"a: 1\"", "fromYamlArray \"[1]\"", "fromJson $J", "fromJson \"{}\"",
    "fromJsonArray \"[1,2]\"", "mustFromJson $J", "fromToml $O", "fromToml \"a = 1\"",
    // clang-format on
};

// Those that take long each, and are charged for it so that they need no loop to end; they are
// tried with the limits of a chart, a few times.
static const char *const slow[] = {"genCA",
                                   "genCAWithKey",
                                   "genSelfSignedCert",
                                   "genSignedCert",
                                   "genSignedCertWithKey",
                                   "genPrivateKey",
                                   "buildCustomCert",
                                   "genSelfSignedCertWithKey",
                                   "bcrypt",
                                   "htpasswd",
                                   "derivePassword",
                                   "call"};

static const struct template_limits *limits(void)
{
    static const struct template_limits few = {200000, 10000, (size_t)8 << 20, (size_t)16 << 20};
    static struct template_limits all;

    all = TEMPLATE_LIMITS;
    return getenv("SANDSTRAP_MEASURE") ? &all : &few;
}

static int run_text(const char *text, const struct template_limits *allowed, struct err **err)
{
    size_t count;
    const struct template_function *functions = functions_all(&count);
    struct functions_env env = {0};
    struct template_set *set CLEANUP(template_set_cleanup) =
        template_set_new(functions, count, &env);
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct template_run *run CLEANUP(template_run_cleanup) = template_run_new(set, a, allowed);
    struct buf out CLEANUP(buf_free) = BUF_INIT(allowed->output_bytes);

    return template_parse(set, SPAN("c/templates/t.yaml"), span_str(text), err) < 0
               ? -1
               : template_execute(run, SPAN("c/templates/t.yaml"), &VALUE_OF_NIL, &out, err);
}

static int run_loop(const char *body, struct err **err)
{
    char *text CLEANUP(mem_cleanup) =
        mem_printf("%s{{ range 3000000000 }}{{ $x := %s }}{{ end }}", setup, body);

    return run_text(text, limits(), err);
}

static void test_chart_limits__each_loop_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct buf said CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        clock_t start = clock();

        if (run_loop(bodies[i], &err) == 0)
            fail_msg("%s: has no end", bodies[i]);
        err_format(err, &said);
        if (getenv("SANDSTRAP_MEASURE"))
            print_message("%6.2f s  %s\n", (double)(clock() - start) / CLOCKS_PER_SEC, bodies[i]);
        if (!strstr(buf_str(&said), "c/templates/t.yaml:2:") ||
            (!strstr(buf_str(&said), "the templates take more than") &&
             !strstr(buf_str(&said), "the templates use more than")))
            fail_msg("%s: %s", bodies[i], buf_str(&said));
    }
}

// Whether a loop calls the function; a word of a name is not it.
static bool is_called(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < ARRAY_LEN(slow); i++)
        if (strcmp(slow[i], name) == 0)
            return true;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
        if (strncmp(bodies[i], name, len) == 0 && strchr(" ", bodies[i][len]))
            return true;
    return false;
}

static void test_chart_limits__every_function_is_tried(void **state)
{
    size_t count;
    const struct template_function *functions = functions_all(&count), *f;

    (void)state;
    for (size_t i = 0; i < count; i++)
        if (!is_called(functions[i].name))
            fail_msg("no loop calls %s", functions[i].name);
    for (size_t i = 0; (f = template_builtin(i)) && f->name; i++)
        if (!is_called(f->name))
            fail_msg("no loop calls %s", f->name);
}

// As charts of databases do: a token's key of 4096 bits, again for each checksum of its Secret, and
// a certificate for each peer; and the whole context printed where a key was forgotten.
static void test_chart_limits__what_charts_do_is_within(void **state)
{
    static const char *const fine[] = {
        "{{ range 4 }}{{ genPrivateKey \"rsa\" }}{{ end }}",
        "{{ range 16 }}{{ (genSelfSignedCert \"peer\" nil nil 365).Key }}{{ end }}",
        "{{ $l := list (repeat 12000000 \"1\") }}{{ range 2 }}{{ $x := dict $l 1 }}{{ end }}",
    };
    struct template_limits limits = TEMPLATE_LIMITS;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;

        if (run_text(fine[i], &limits, &err) < 0)
            fail_msg("%s: %s", fine[i], err_message(err));
    }
}

UNIT_MAIN(UNIT(test_chart_limits__each_loop_ends), UNIT(test_chart_limits__every_function_is_tried),
          UNIT(test_chart_limits__what_charts_do_is_within))

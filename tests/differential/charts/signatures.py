# SPDX-License-Identifier: Apache-2.0
"""What each function of a chart's templates takes and gives, for the generator.

A line is NAMES: ARGUMENTS > RESULT. Words of arguments are types or kinds of constants (expressions.py);
"*" behind one: any number of them, "?" one or none. The result's type tells where a call may stand.
What gives another value each time is in tables of its own, with a question whose answer is the same.
"""

TABLE = """
trim upper lower title untitle nospace initials swapcase snakecase camelcase kebabcase: text > string
abbrev: int text > string
abbrevboth: int int text > string
trunc: sint text > string
substr: sint sint text > string
repeat: few text > string
trimAll trimall trimSuffix trimPrefix: bit text > string
wrap: size text > string
wrapWith: size bit text > string
contains hasPrefix hasSuffix: bit text > bool
quote squote cat: any* > string
indent nindent: few text > string
replace: bit bit text > string
plural: text text int > string
sha1sum sha256sum sha512sum adler32sum: text > string
toString: any > string
atoi: digits > int
int: number > int
int64: number > int64
float64: number > float
seq: sint sint? > string
seq: sint size sint > string
toDecimal: digits > int64
splitList: bit text > strings
split: bit text > textmap
splitn: bit few text > textmap
toStrings: list > strings
join: bit list > string
sortAlpha: list > strings
until: few > ints
untilStep: sint sint size > ints
add add1: number > int64
add: number* > int64
sub: number number > int64
div mod: number number > int64
mul: number number* > int64
max min biggest: number number* > int64
addf: number* > float
add1f: number > float
subf mulf divf: number number* > float
maxf minf: number number* > float
ceil floor: number > float
round: number few > float
round: number few ratio > float
default: any any > any
empty: any > bool
coalesce: any* > any
all any: any* > bool
compact mustCompact: list > list
ternary: any any bool > any
fromJson: json > map
mustFromJson: json > any
fromJsonArray: json > list
toJson mustToJson toPrettyJson mustToPrettyJson toRawJson mustToRawJson: any > string
toYaml mustToYaml toYamlPretty: any > string
toToml mustToToml: map > string
fromYaml: yaml > map
fromYamlArray: yaml > list
fromToml: toml > map
deepCopy mustDeepCopy: thing > any
deepEqual: any any > bool
typeOf kindOf: any > string
typeIs typeIsLike: typename any > bool
kindIs: kindname any > bool
base dir clean ext osBase osDir osClean osExt: path > string
isAbs osIsAbs: path > bool
b64enc b32enc: text > string
b64dec: base64 > string
b32dec: base32 > string
list tuple: any* > list
dict: pairs > map
get: map key > any
set: newmap key any > map
unset: newmap key > map
hasKey: map key > bool
pluck: key map map* > list
pick omit: map key* > map
merge mustMerge mergeOverwrite mustMergeOverwrite: newmap map map? > map
append push mustAppend mustPush prepend mustPrepend: list any > list
first mustFirst last mustLast: list > any
rest mustRest initial mustInitial reverse mustReverse uniq mustUniq: list > list
without mustWithout: list any* > list
has mustHas: any list > bool
slice mustSlice: list few? > list
slice: list bounds > list
concat: list* > list
dig: key any map > any
dig: key key any map > any
chunk mustChunk: size list > list
regexMatch mustRegexMatch: regex text > bool
regexFind mustRegexFind: regex text > string
regexFindAll mustRegexFindAll regexSplit mustRegexSplit: regex text sint > strings
regexReplaceAll mustRegexReplaceAll: regex text group > string
regexReplaceAllLiteral mustRegexReplaceAllLiteral: regex text group > string
regexQuoteMeta: text > string
semver: version > object
semverCompare: constraint version > bool
urlParse: url > map
urlJoin: urlmap > string
date: layout instant > string
htmlDate: instant > string
dateInZone date_in_zone: layout instant zone > string
htmlDateInZone: instant zone > string
toDate mustToDate: layout datetext > object
dateModify date_modify mustDateModify must_date_modify: duration moment > object
unixEpoch: moment > string
duration: seconds > string
durationRound: durations > string
hello: > string
getHostByName: text > string
derivePassword: few passtype text text text > string
decryptAES: text base64 > string
call: any any? > textmap
fail: text > string
required: text any > any
lookup: text text text text > map
html js urlquery: any* > string
print println: any* > string
printf: format > string
len: sized > int
index: indexed > any
index: map key > any
index: map key > any
index: nested > any
not: any > bool
and or: any any* > any
eq: same > bool
ne lt le gt ge: pair > bool
eq ne lt le gt ge: any any > bool
include: name dot > string
tpl: template root > string
"""

# Their results are another one each time; what is asked about them is not.
RANDOM = """
randAlphaNum randAlpha randNumeric randAscii: few | len
randBytes: few | b64dec | len
randInt: few 21 | lt -1
uuidv4: | regexMatch "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
shuffle: text | len
keys: map | sortAlpha
keys: map map | sortAlpha
values: map | len
bcrypt: text | len
htpasswd: word word | len
now: | typeOf
ago: moment | typeOf
genPrivateKey: "ecdsa" | regexFind "BEGIN [A-Z ]*"
genPrivateKey: "ed25519" | regexFind "BEGIN [A-Z ]*"
genPrivateKey: text | typeOf
encryptAES: "k" text | decryptAES "k"
"""

# Of certificates: each has another key, and what is asked has one answer.
WHOLE = """
(genCA "ca" 365).Cert | regexFind "BEGIN [A-Z ]*"
(genCA "ca" 365).Key | regexFind "BEGIN [A-Z ]*"
(genCAWithKey "ca" 365 (genPrivateKey "ecdsa")).Cert | regexFind "BEGIN [A-Z ]*"
(genCAWithKey "ca" 365 (genPrivateKey "ed25519")).Key | regexFind "BEGIN [A-Z ]*"
(genSelfSignedCert "a.b" (list "10.0.0.1") (list "a" "b") 10).Key | regexFind "BEGIN [A-Z ]*"
(genSelfSignedCert "a.b" nil nil 10).Cert | regexFind "END [A-Z ]*"
(genSelfSignedCert "a.b" (list "x") nil 10).Cert
(genSelfSignedCert "a.b" (list 1) nil 10).Cert
(genSelfSignedCertWithKey "a.b" nil (list "c") 1 (genPrivateKey "ecdsa")).Cert | regexFind "BEGIN [A-Z ]*"
(genSignedCert "a" nil (list "a.b") 10 (genCA "ca" 1)).Cert | regexFind "BEGIN [A-Z ]*"
(genSignedCertWithKey "a" nil nil 10 (genCA "ca" 1) (genPrivateKey "ecdsa")).Key | regexFind "BEGIN [A-Z ]*"
(buildCustomCert "YQ==" "YQ==").Cert
(buildCustomCert "!" "YQ==").Key
typeOf (genCA "ca" 365)
kindOf (genCA "ca" 365)
$c := genCA "ca" 365}}{{ $d := buildCustomCert (b64enc $c.Cert) (b64enc $c.Key) }}{{ eq $c.Cert $d.Cert }}{{ $d.Key | len | lt 1000
"""

# Methods, by what they give; {date}, {version}, {layout} and {root} are filled in.
METHODS = """
int: {date}.Year
int: {date}.YearDay
int: {date}.Hour
int: {date}.Nanosecond
int64: {date}.Unix
int64: {date}.UnixMilli
int64: {date}.UnixNano
bool: {date}.IsZero
bool: {date}.Before {date}
bool: {date}.After {date}
bool: {date}.Equal {date}
string: {date}.Format {layout}
string: ({date}.AddDate 0 1 -3).Format {layout}
string: {date}.UTC.String
string: {date}.Month | toString
string: {date}.Weekday | printf "%s"
int: {version}.Compare {version}
bool: {version}.LessThan {version}
bool: {version}.GreaterThanEqual {version}
bool: {version}.Equal {version}
any: {version}.IncMajor
any: {version}.IncMinor
string: {version}.IncPatch.Original
any: {version}.SetPrerelease "rc.2"
any: {version}.SetMetadata "m"
string: {root}Files.Get "config/a.txt"
string: {root}Files.Get "x.txt" | trimSuffix "\\n"
strings: {root}Files.Lines "x.txt"
strings: {root}Files.Lines "config/b.yaml"
string: ({root}Files.Glob "config/*").AsConfig
string: ({root}Files.Glob "*.txt").AsSecrets
string: tpl ({root}Files.Get "config/t.tpl") $
any: {root}Files.GetBytes "x.txt"
any: fromYaml ({root}Files.Get "config/b.yaml")
any: len {root}Capabilities.APIVersions
any: first {root}Capabilities.APIVersions
bool: {root}Capabilities.APIVersions.Has "v1"
string: {root}Capabilities.KubeVersion.GitVersion
any: {root}Capabilities.KubeVersion.String
any: {root}Values.PathValue "o.key"
any: {root}Values.Table "o"
string: {root}Values.YAML
any: (lookup "v1" "Secret" "ns" "n").data
any: (lookup "v1" "Secret" "" "").items | default list
"""


def methods():
    """The lines of METHODS by what they give."""
    out = {}
    for line in METHODS.strip().splitlines():
        result, text = line.split(": ", 1)
        out.setdefault(result, []).append(text)
    return out


def signatures():
    """(name, arguments, result) of each line of TABLE, by result too."""
    out = []
    for line in TABLE.strip().splitlines():
        names, rest = line.split(":", 1)
        arguments, result = rest.split(">")
        for name in names.split():
            out.append((name, arguments.split(), result.strip()))
    return out


def whole_ones():
    """The lines of WHOLE."""
    return WHOLE.strip().splitlines()


def random_ones():
    """(name, arguments, what is asked) of each line of RANDOM."""
    out = []
    for line in RANDOM.strip().splitlines():
        names, rest = line.split(":", 1)
        arguments, question = rest.split("|", 1)
        for name in names.split():
            out.append((name, arguments.split(), question.strip()))
    return out

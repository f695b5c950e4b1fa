"""What hostile files cost: hostile.py PROGRAM [--from BYTES] [--to BYTES] [--only WORD] [--commands lint,fix,...]

For each shape the time and memory of a process at each doubling of the size; what grows by more than 2.3 in a doubling,
or takes more memory than it may, is marked. Time is that of the processor, not of the clock, so that it can be measured
beside other work.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile

URL = "https://management.azure.com/subscriptions/$S/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2024-07-01"
BODY = '{"identity":{"type":"SystemAssigned"}}'
BAD = '{"identity":{"type":"SystemAssigned","UserAssigned"}}'
CALL = f"curl -X PATCH '{URL}' -H 'Content-Type: application/json' -H 'Authorization: Bearer $T' -d '{BODY}'\n"
ID = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def fill(unit, size, before="", after=""):
    """`unit`, a text or a function of the index, again and again."""
    made, index, length = [before], 0, len(before) + len(after)
    while length < size:
        text = unit(index) if callable(unit) else unit
        made.append(text)
        length += len(text)
        index += 1
    return "".join(made) + after


def around(opening, closing, size, middle=""):
    count = max(1, (size - len(middle)) // (len(opening) + len(closing)))
    return opening * count + middle + closing * count


def fence(text, language="bash"):
    return f"```{language}\n{text}\n```\n"


def template(resources, **more):
    parts = [f'"{name}":{value}' for name, value in more.items()]
    return f'{{"$schema":"{SCHEMA}","contentVersion":"1.0.0.0",{"".join(part + "," for part in parts)}"resources":[{resources}]}}'


def vm(index, more=""):
    return f'{{"type":"Microsoft.Compute/virtualMachines","apiVersion":"2024-07-01","name":"v{index}","location":"westus","identity":{{"type":"SystemAssigned"}}{more}}}'


def vms(size, one=vm):
    return template(fill(lambda i: ("," if i else "") + one(i), size - 150))


def nested(size):
    opening = f'{{"type":"Microsoft.Resources/deployments","apiVersion":"2022-09-01","name":"d","properties":{{"mode":"Incremental","template":{{"$schema":"{SCHEMA}","contentVersion":"1.0.0.0","resources":['
    return template(around(opening, "]}}}", size, vm(0)))


def children(size):
    opening = '{"type":"Microsoft.Compute/virtualMachines","apiVersion":"2024-07-01","name":"v","identity":{"type":"SystemAssigned","x":1},"resources":['
    return template(around(opening, "]}", size, vm(0)))


def half(text, size):
    """A long value and as many bytes of uses of it."""
    return text * (size // 2 // len(text))


SHAPES = {
    # scripts
    "calls.sh": lambda n: fill(CALL, n),
    "bad-calls.sh": lambda n: fill(CALL.replace(BODY, BAD), n),
    "one-variable.sh": lambda n: fill(
        f"curl -X PATCH '{URL}' -d \"$B\"\n", n, f"B='{{\"tags\":{{\"a\":\"{half('x', n)}\"}}}}'\n"
    ),
    "one-bad-variable.sh": lambda n: fill(
        f"curl -X PATCH '{URL}' -d \"$B\"\n", n, f"B='{{\"identity\":{{\"type\":\"{half('x', n)}\",\"y\"}}}}'\n"
    ),
    "one-heredoc-variable.sh": lambda n: fill(
        f"curl -X PATCH '{URL}' -d \"$B\"\n", n, f"B=$(cat <<E\n{{\"tags\":{{\"a\":\"{half('x$y', n)}\"}}}}\nE\n)\n"
    ),
    "one-url.sh": lambda n: fill("curl -X PATCH \"$U\" -d '{}'\n", n, f"U='{URL}&x={half('x', n)}'\n"),
    "many-variables.sh": lambda n: fill(
        lambda i: f"V{i}='{BODY}'\ncurl -X PATCH '{URL}' -d \"$V{i}\"\n", n
    ),
    "variables-of-variables.sh": lambda n: fill(
        lambda i: f"V{i + 1}=\"$V{i}$V{i}\"\n", n, "V0='https://management.azure.com/'\n", f"curl -X PUT $V9 -d '{BODY}'\n"
    ),
    "many-uses-in-one.sh": lambda n: f"A='x/y'\ncurl -X PUT \"{URL}" + fill("/$A", n) + "\" -d '{}'\n",
    "many-heredocs.sh": lambda n: fill(f"curl -X PATCH '{URL}' -d @- <<E\n{BODY}\nE\n", n),
    "heredocs-of-one-line.sh": lambda n: fill("cat <<E ", n // 2) + "\n" + fill("E\n", n // 2),
    "open-heredocs.sh": lambda n: fill(lambda i: f"curl -d @- '{URL}' <<E{i}\nx\n", n),
    "many-options.sh": lambda n: f"curl '{URL}'" + fill(" -H 'a: b'", n) + f" -d '{BODY}'\n",
    "many-data.sh": lambda n: f"curl -X PUT '{URL}'" + fill(" -d a=b", n) + "\n",
    "many-pipes.sh": lambda n: "curl -X PUT '" + URL + "'" + fill(" | jq .", n) + "\n",
    "continued.sh": lambda n: f"curl -X PUT '{URL}'" + fill(" \\\n -H a", n) + "\n",
    "quotes.sh": lambda n: f"curl -X PUT '{URL}' -d '" + fill("'\\''", n) + "'\n",
    "open-quote.sh": lambda n: fill(f"curl -X PUT '{URL}' -d '{{\n", n),
    "substitutions.sh": lambda n: f"curl -X PUT '{URL}' -d " + around("$(echo ", ")", n) + "\n",
    "open-substitutions.sh": lambda n: fill(f"curl -X PUT '{URL}' -d \"$(", n),
    "double-substitutions.sh": lambda n: f"curl -X PUT '{URL}' -d " + around('"$(echo ', ')"', n) + "\n",
    "backticks.sh": lambda n: f"curl -X PUT '{URL}' -d " + fill("`", n) + "\n",
    "functions.sh": lambda n: fill(lambda i: f"f{i}() {{ {CALL.strip()}; }}\nf{i}\n", n),
    "loops.sh": lambda n: around("for i in a b; do\n", "done\n", n, CALL),
    "ifs.sh": lambda n: around("if true; then\n", "fi\n", n, CALL),
    "suppressions.sh": lambda n: fill(f"# armbody-ignore identity-type-split: known\n{CALL}", n),
    "suppressions-alone.sh": lambda n: fill("# armbody-ignore identity-type-split: known\n", n, "", CALL),
    "file-suppressions.sh": lambda n: fill("# armbody-ignore-file identity-type-split: x\n", n, "", CALL),
    "writes.sh": lambda n: fill(
        lambda i: f"cat > b{i}.json <<E\n{BODY}\nE\ncurl -X PATCH '{URL}' -d @b{i}.json\n", n
    ),
    "one-file-many-calls.sh": lambda n: fill(
        f"curl -X PATCH '{URL}' -d @b.json\n", n, f"cat > b.json <<'E'\n{{\"tags\":{{\"a\":\"{half('x', n)}\"}}}}\nE\n"
    ),
    "long-line.sh": lambda n: fill(CALL.strip() + " ; ", n),
    "bad-long-line.sh": lambda n: fill(CALL.strip().replace(BODY, BAD) + " ; ", n),
    "az.sh": lambda n: fill(f"az rest --method patch --url '{URL}' --body '{BAD}'\n", n),
    "az-pairs.sh": lambda n: f"az rest --method patch --url '{URL}' --headers" + fill(" a=b", n) + "\n",
    "secrets.sh": lambda n: fill(
        lambda i: f"curl -X PUT '{URL}' -u 'u:pass{i}word' -H 'Authorization: Bearer eyJ0eXAi{i}.eyJhdWQi.c2ln' -d '{BODY}'\n", n
    ),
    # documents
    "fences.md": lambda n: fill("text\n\n" + fence(CALL), n),
    "empty-fences.md": lambda n: fill("```bash\n```\n", n, fence(CALL)),
    "open-fences.md": lambda n: fill(lambda i: "`" * (3 + i % 40) + "bash\ncurl management.azure.com\n", n),
    "lists.md": lambda n: fill(lambda i: "  " * min(i, 400) + "- x\n", n, "", fence(CALL)),
    "deep-lists.md": lambda n: "- " * (n // 2) + "x\n\n" + fence(CALL),
    "quotes.md": lambda n: "> " * (n // 2) + "x\n\n" + fence(CALL),
    "quoted-lines.md": lambda n: fill("> > > - x\n", n, "", fence(CALL)),
    "quoted-fences.md": lambda n: fill("> ```bash\n> " + CALL + "> ```\n\n", n),
    "deep-quoted-lines.md": lambda n: fill("> " * 60 + "x\n", n, "", fence(CALL)),
    "fence-in-quotes.md": lambda n: fill("> " * 30 + "{}\n", n, "> " * 30 + "```json\n", ""),
    "suppressions.md": lambda n: fill("<!-- armbody-ignore identity-type-split: x -->\n\n" + fence(CALL), n),
    "suppressions-alone.md": lambda n: fill("<!-- armbody-ignore identity-type-split: x -->\n\n", n, "", fence(CALL)),
    "open-comments.md": lambda n: fill("<!-- armbody-ignore ", n, "", "\n" + fence(CALL)),
    "emphasis.md": lambda n: fill("*a **a ", n, "", "\n\n" + fence(CALL)),
    "links.md": lambda n: fill("[a](", n, "", "\n\n" + fence(CALL)),
    "brackets.md": lambda n: fill("[", n, "", "\n\n" + fence(CALL)),
    "references.md": lambda n: fill(lambda i: f"[a{i}]: /b\n", n // 2, "", "") + "\n" + fill(lambda i: f"[a{i}] ", n // 2) + "\n\n" + fence(CALL),
    "tables.md": lambda n: fill("|a|b|\n", n, "|a|b|\n|-|-|\n", "\n" + fence(CALL)),
    "html.md": lambda n: fill("<a ", n, "", "\n\n" + fence(CALL)),
    "headings.md": lambda n: fill("# system-assigned identity of a VM\n\n", n, "", fence(CALL)),
    "prose.md": lambda n: fill("PATCH https://management.azure.com/subscriptions/x `" + BAD + "`\n\n", n, "", fence(CALL)),
    "json-fences.md": lambda n: fill(fence(BAD, "json"), n),
    "http-fences.md": lambda n: fill(fence(f"PATCH {URL} HTTP/1.1\n\n{BODY}", "http"), n),
    "request-then-bodies.md": lambda n: fence(f"PATCH {URL} HTTP/1.1", "http") + fill(fence(BODY, "json"), n),
    "requests-then-body.md": lambda n: fill(fence(f"PATCH {URL} HTTP/1.1", "http"), n) + fence(BODY, "json"),
    "follows.md": lambda n: fill(lambda i: fence(f"curl -X PATCH '{URL}' -d @b{i}.json"), n),
    # YAML
    "steps.yml": lambda n: fill(f"  - script: |\n      {CALL}", n, "steps:\n"),
    "deep.yml": lambda n: fill(lambda i: " " * min(i, 500) + "a:\n", n, "", f"b: |\n  {CALL}"),
    "flow.yml": lambda n: "a: " + fill("[", n) + f"\nsteps:\n  - script: |\n      {CALL}",
    "env.yml": lambda n: fill(lambda i: f"  V{i}: '{BODY}'\n", n // 2, "env:\n") + fill(
        lambda i: f"  - run: |\n      curl -X PATCH '{URL}' -d \"$V{i}\"\n", n // 2, "steps:\n"
    ),
    "keys.yml": lambda n: fill(lambda i: f"k{i}: v\n", n, "", f"script: |\n  {CALL}"),
    "blocks.yml": lambda n: "steps:\n  - script: |\n" + fill("      " + CALL, n),
    "anchors.yml": lambda n: fill(lambda i: f"a{i}: &a{i} [*a{max(i - 1, 0)}, *a{max(i - 1, 0)}]\n", n, "", f"script: |\n  {CALL}"),
    "quoted.yml": lambda n: "steps:\n  - script: \"" + fill("\\n", n) + CALL.strip() + "\"\n",
    # .http
    "requests.http": lambda n: fill(f"###\nPATCH {URL}\nContent-Type: application/json\n\n{BODY}\n\n", n),
    "variables.http": lambda n: fill(lambda i: f"@v{i}=x/{{{{v{i - 1}}}}}\n", n, "", f"\nPATCH {URL}/{{{{v9}}}}\n\n{BODY}\n"),
    "one-variable.http": lambda n: f"@b={half('x/', n)}\n" + fill(
        "\n###\nPATCH https://management.azure.com/{{b}}?api-version=2024-07-01\n\n{}\n", n // 2
    ),
    "headers.http": lambda n: f"PATCH {URL}\n" + fill("A: b\n", n) + f"\n{BODY}\n",
    "braces.http": lambda n: f"PATCH {URL}/" + fill("{{", n) + f"\n\n{BODY}\n",
    "separators.http": lambda n: fill("###\n", n, "", f"PATCH {URL}\n\n{BODY}\n"),
    # PowerShell
    "calls.ps1": lambda n: fill(f"Invoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload '{BODY}'\n", n),
    "tables.ps1": lambda n: "$b = " + around("@{ a = ", " }", n, "1") + f"\nInvoke-RestMethod -Method Patch -Uri \"{URL}\" -Body ($b | ConvertTo-Json)\n",
    "one-table.ps1": lambda n: "$b = @{\n" + fill(lambda i: f"  a{i} = 'x'\n", n) + f"}}\nInvoke-RestMethod -Method Patch -Uri \"{URL}\" -Body ($b | ConvertTo-Json)\n",
    "one-table-many-calls.ps1": lambda n: "$b = @{\n" + fill(lambda i: f"  a{i} = 'x'\n", n // 2) + "}\n" + fill(
        f"Invoke-RestMethod -Method Patch -Uri \"{URL}\" -Body ($b | ConvertTo-Json)\n", n // 2
    ),
    "one-variable.ps1": lambda n: f"$b = '{{\"tags\":{{\"a\":\"{half('x', n)}\"}}}}'\n" + fill(
        f"Invoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload $b\n", n // 2
    ),
    "members.ps1": lambda n: "$t = @{\n" + fill(lambda i: f"  a{i} = '{BODY}'\n", n // 2) + "}\n" + fill(
        lambda i: f"Invoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload $t.a{i}\n", n // 2
    ),
    "here-strings.ps1": lambda n: fill(lambda i: f"$b{i} = @'\n{BODY}\n'@\nInvoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload $b{i}\n", n),
    "open-here-strings.ps1": lambda n: fill("Invoke-AzRestMethod -Payload @'\n", n),
    "parens.ps1": lambda n: f"Invoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload " + around("(", ")", n, "'{}'") + "\n",
    "strings.ps1": lambda n: f"Invoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload " + around('"$(', ')"', n, "'{}'") + "\n",
    "concatenated.ps1": lambda n: f"Invoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload ('" + fill("' + '", n) + "')\n",
    "formats.ps1": lambda n: f"Invoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload ('" + fill("{0}", n // 2) + "' -f 'x')\n",
    "format-of-long.ps1": lambda n: f"$x = '{half('x', n)}'\nInvoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload ('" + fill("{0}", n // 2) + "' -f $x)\n",
    "splats.ps1": lambda n: fill(lambda i: f"$p{i} = @{{ Method = 'PATCH'; Uri = \"{URL}\"; Body = '{BODY}' }}\nInvoke-RestMethod @p{i}\n", n),
    "backticks.ps1": lambda n: "Invoke-RestMethod" + fill(" `\n -Method Patch", n) + "\n",
    "suppressions.ps1": lambda n: fill("# armbody-ignore identity-type-split: x\n", n, "", f"Invoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload '{BODY}'\n"),
    "arrays.ps1": lambda n: "$b = @{ a = " + around("@(", ")", n, "1") + f" }}\nInvoke-RestMethod -Method Patch -Uri \"{URL}\" -Body ($b | ConvertTo-Json)\n",
    # templates
    "vms.json": vms,
    "bad-vms.json": lambda n: vms(n, lambda i: vm(i).replace('"SystemAssigned"', '"SystemAssigned","UserAssigned"')),
    "wrong-vms.json": lambda n: vms(n, lambda i: vm(i, ',"properties":{"x":1}')),
    "equal-vms.json": lambda n: vms(n, lambda i: vm(0)),
    "nested.json": nested,
    "children.json": children,
    "many-nested.json": lambda n: vms(n, lambda i: '{"type":"Microsoft.Resources/deployments","apiVersion":"2022-09-01","name":"d' + str(i) + '","properties":{"mode":"Incremental","template":' + template(vm(i)) + "}}"),
    "copies.json": lambda n: vms(n, lambda i: vm(i, ',"copy":{"name":"c' + str(i) + '","count":800}')),
    "parameters.json": lambda n: template(vm(0), parameters="{" + fill(lambda i: ("," if i else "") + f'"p{i}":{{"type":"string","defaultValue":"x"}}', n) + "}"),
    "used-parameters.json": lambda n: template(
        fill(lambda i: ("," if i else "") + vm(i).replace('"westus"', f"\"[parameters('p{i}')]\""), n // 2),
        parameters="{" + fill(lambda i: ("," if i else "") + f'"p{i}":{{"type":"string"}}', n // 2) + "}",
    ),
    "variables.json": lambda n: template(
        fill(lambda i: ("," if i else "") + vm(i).replace('"2024-07-01"', f"\"[variables('v{i}')]\""), n // 2),
        variables="{" + fill(lambda i: ("," if i else "") + f"\"v{i}\":\"[variables('v{i + 1}')]\"", n // 2) + "}",
    ),
    "secrets.json": lambda n: vms(n, lambda i: vm(i, f',"properties":{{"osProfile":{{"adminPassword":"Secret{i}word!"}}}}')),
    "expressions.json": lambda n: template(vm(0, ',"tags":{"a":"[' + around("concat(", ")", n, "'x'") + ']"}')),
    "depends.json": lambda n: vms(n, lambda i: vm(i, f",\"dependsOn\":[\"[resourceId('Microsoft.Compute/virtualMachines', 'v{i - 1}')]\"]")),
    "snippets.md": lambda n: fill(fence(vm(0), "json"), n),
    # bodies
    "members.json": lambda n: '{"identity":{"type":"SystemAssigned"},"tags":{' + fill(lambda i: ("," if i else "") + f'"a{i}":"b"', n) + "}}",
    "equal-members.json": lambda n: '{"identity":{"type":"SystemAssigned"},"tags":{' + fill(lambda i: ("," if i else "") + '"a":"b"', n) + "}}",
    "unknown-members.json": lambda n: '{"location":"westus","identity":{"type":"SystemAssigned"},"properties":{' + fill(lambda i: ("," if i else "") + f'"a{i}":"b"', n) + "}}",
    "ids.json": lambda n: '{"location":"westus","identity":{"type":"UserAssigned","userAssignedIdentities":{' + fill(lambda i: ("," if i else "") + f'"{ID}":{{}}', n) + "}}}",
    "different-ids.json": lambda n: '{"location":"westus","identity":{"type":"UserAssigned","userAssignedIdentities":{' + fill(lambda i: ("," if i else "") + f'"{ID}{i}":{{}}', n) + "}}}",
    "listed-ids.json": lambda n: '{"location":"westus","identity":{"type":"UserAssigned","identityIds":[' + fill(lambda i: ("," if i else "") + f'"{ID}"', n) + "]}}",
    "wrong-ids.json": lambda n: '{"location":"westus","identity":{"type":"UserAssigned","userAssignedIdentities":{' + fill(lambda i: ("," if i else "") + f'"x{i}":1', n) + "}}}",
    "commas.json": lambda n: '{"identity":{"type":"SystemAssigned"},"tags":{' + fill(lambda i: f'"a{i}":"b" ', n) + "}}",
    "placeholders.json": lambda n: '{"identity":{"type":"SystemAssigned"},"tags":{' + fill(lambda i: ("," if i else "") + f'"a{i}":"<NAME {i}>"', n) + "}}",
    "long-string.json": lambda n: '{"identity":{"type":"' + fill("SystemAssigned, ", n) + '"}}',
    "disks.json": lambda n: '{"location":"westus","properties":{"storageProfile":{"dataDisks":[' + fill(lambda i: ("," if i else "") + f'{{"lun":{i},"createOption":"Emtpy"}}', n) + "]}}}",
    # Bounds of what is followed.
    "branch-entries.ps1": lambda n: "$b = @{}\nif ($c) {\n" + fill(lambda i: f"$b.a{i} = 'x'\n", n) + f"}}\nInvoke-RestMethod -Method Patch -Uri \"{URL}\" -Body ($b | ConvertTo-Json)\n",
    "entries.ps1": lambda n: "$b = @{}\n" + fill(lambda i: f"$b.a{i} = 'x'\n", n) + f"Invoke-RestMethod -Method Patch -Uri \"{URL}\" -Body ($b | ConvertTo-Json)\n",
    "branches-of-a-table.ps1": lambda n: "$b = @{\n" + fill(lambda i: f"  a{i} = 'x'\n", n // 2) + "}\n" + fill("if ($c) { $b.z = 1 }\n", n // 2),
    "doubled-faults.ps1": lambda n: "$v = 'a'\n$x = \"$v.id\"\n" + fill("$x = $x + $x\n", n) + f"Invoke-RestMethod -Method Patch -Uri \"{URL}\" -Body $x\n",
    "list-uses.ps1": lambda n: "$l = @(" + fill("'x',", n // 2) + "'x')\n" + fill("$l | Out-Null\n", n // 2),
    "list-uses-in-lists.ps1": lambda n: "$l = @(" + fill("'x',", n // 2) + "'x')\n" + fill("$m = @($l; 1)\n", n // 2),
    "grown-list.ps1": lambda n: "$l = @()\n" + fill("$l += 'x'\n", n) + f"Invoke-RestMethod -Method Patch -Uri \"{URL}\" -Body ($l | ConvertTo-Json)\n",
    "grown-text.ps1": lambda n: "$s = ''\n" + fill("$s += 'abc'\n", n) + f"Invoke-RestMethod -Method Patch -Uri \"{URL}\" -Body $s\n",
    "functions.ps1": lambda n: fill(lambda i: f"function f{i}($b) {{ Invoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload $b }}\nf{i} '{BODY}'\n", n),
    "one-function.ps1": lambda n: f"function f($b) {{ Invoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload $b }}\n" + fill(f"f '{BODY}'\n", n),
    "bare-dollars.ps1": lambda n: fill("Invoke-RestMethod -Method Patch -Uri https://management.azure.com/a`$b -Body '{}'\n", n),
    "one-splat.ps1": lambda n: "$p = @{ Method = 'Patch'; Uri = 'https://management.azure.com/x'\n" + fill(lambda i: f"  a{i} = 'x'\n", n // 2) + "}\n" + fill("Invoke-RestMethod @p\n", n // 2),
    "flaws.ps1": lambda n: fill("Invoke-RestMethod -Uri \"https://management.azure.com/x\" -Body \"{\"a\":\"b\"}\"\n", n),
    "interpolated-list.ps1": lambda n: "$l = @(" + fill("'x',", n // 2) + "'x')\n" + fill(f"Invoke-RestMethod -Uri \"https://management.azure.com/x\" -Body \"$l\"\n", n // 2),
    "replaces.ps1": lambda n: f"$x = '{half('x', n)}'\n" + fill("$y = $x -replace 'x', 'yy'\n", n // 2),
    "splits.ps1": lambda n: f"$x = '{half('x,', n)}'\n" + fill("$y = $x -split ','\n", n // 2),
    "pipes.ps1": lambda n: "Invoke-RestMethod -Uri 'https://management.azure.com/x'" + fill(" | Out-Null", n) + "\n",
    "elseifs.ps1": lambda n: "if ($a) { }" + fill(" elseif ($b) { $c = 1 }", n) + f"\nInvoke-RestMethod -Uri \"{URL}\" -Body $c\n",
    "nested-ifs.ps1": lambda n: around("if ($a) { $c = 1; ", "}\n", n) + f"\nInvoke-RestMethod -Uri \"{URL}\" -Body $c\n",
    "blocks.ps1": lambda n: fill("{", n) + f"\nInvoke-RestMethod -Uri \"{URL}\"\n",
    "words.sh": lambda n: fill("a\n", n, CALL),
    "ands.sh": lambda n: fill("a&&", n, CALL),
    "assignments.sh": lambda n: fill("a=1\n", n, CALL),
    "echoes.sh": lambda n: fill("echo \"$a\"\n", n, CALL),
    "redirects.sh": lambda n: fill("a >b\n", n, CALL),
    "inner-substitutions.sh": lambda n: fill("a=$(curl -s https://management.azure.com/x)\n", n, CALL),
    "array.sh": lambda n: "args=()\n" + fill("args+=(-H 'a: b')\n", n) + f"curl -X PATCH '{URL}' \"${{args[@]}}\"\n",
    "one-array-many-calls.sh": lambda n: "args=(" + fill(" -H 'a: b'", 4000) + f" -d '{BODY}')\n" + fill("curl -X PATCH \"$U\" \"${args[@]}\"\n", n),
    "quoted-scripts.sh": lambda n: fill(f"bash -c \"curl -X PATCH $U -d '{{}}'\"\n", n),
    "slips.sh": lambda n: fill(f"curl -X PATCH {URL} -d \"{{\"identity\":{{\"type\":\"SystemAssigned\"}}}}\"\n", n),
    "slips-in-one.sh": lambda n: f"curl -X PATCH '{URL}' -d \"" + fill("{\"a\":\"b\"},", n) + "\"\n",
    "backslashes.sh": lambda n: f"curl -X PATCH '{URL}' -d '" + fill("\\\\\"", n) + "'\n",
    "backslash-quotes.sh": lambda n: f"curl -X PATCH '{URL}' -d '{{" + fill("\\\"a\\\":\\\"b\\\",", n) + "}'\n",
    "carets.bat.md": lambda n: "```cmd\n" + fill(f"curl -X PATCH \"{URL}\" ^\n -d \"{{\\\"a\\\":1}}\"\n", n) + "```\n",
    "rule-names.sh": lambda n: "# armbody-ignore " + fill("identity-type-split, ", n) + "x: y\n" + CALL,
    "unknown-rules.sh": lambda n: fill(lambda i: f"# armbody-ignore no-such-rule-{i}: y\n", n, "", CALL),
    "sequences.yml": lambda n: "a:\n  " + fill("- ", n) + f"x\nscript: |\n  {CALL}",
    "documents.yml": lambda n: fill(f"---\nscript: |\n  {CALL}", n),
    "folded.yml": lambda n: "script: >\n" + fill("  curl -X PATCH https://management.azure.com/x\n", n),
    "tags.yml": lambda n: fill("!!str ", n, "a: ") + f"x\nscript: |\n  {CALL}",
    "maps.yml": lambda n: "a: " + around("{a: ", "}", n, "x") + f"\nscript: |\n  {CALL}",
    "plain.yml": lambda n: "script:\n" + fill(f"  curl -X PATCH '{URL}'\n", n),
    "steps-of-one.yml": lambda n: "steps:\n  - env:\n" + fill(lambda i: f"      V{i}: x\n", n // 2) + fill(f"  - script: curl -X PATCH '{URL}' -d $V1\n", n // 2),
    "includes.http": lambda n: fill(f"###\nPATCH {URL}\n\n< ./b.json\n\n", n),
    "names.http": lambda n: fill(lambda i: f"###\n# @name r{i}\nPATCH {URL}\n\n{{}}\n\n", n),
    "comments.http": lambda n: fill("# x\n", n, f"PATCH {URL}\n", "\n{}\n"),
    "one-line.http": lambda n: "PATCH https://management.azure.com/" + fill("a/", n) + "\n\n{}\n",
    "continued.http": lambda n: f"GET {URL}\n" + fill("    &a=b\n", n) + "\n",
    "indented.md": lambda n: fill(f"text\n\n    {CALL}\n", n),
    "alerts.md": lambda n: fill("> [!NOTE]\n> x\n\n", n, "", fence(CALL)),
    "inline.md": lambda n: fill("`PATCH` ", n, "", "\n\n" + fence(CALL)),
    "ticks.md": lambda n: fill(lambda i: "`" * (i % 90 + 1) + "a ", n, "", "\n\n" + fence(CALL)),
    "autolinks.md": lambda n: fill("<https://a.b/c> ", n, "", "\n\n" + fence(CALL)),
    "tiny-items.md": lambda n: fill("- a\n", n, "", "\n" + fence(CALL)),
    "tiny-paragraphs.md": lambda n: fill("a\n\n", n, "", fence(CALL)),
    "setext.md": lambda n: fill("a\n-\n", n, "", "\n" + fence(CALL)),
    "long-fence.md": lambda n: fence(fill("a\n", n) + CALL),
    "details.md": lambda n: fill("<details><summary>x</summary>\n\n", n, "", fence(CALL)),
    "escapes.json": lambda n: '{"identity":{"type":"' + fill("\\u0061", n) + '"}}',
    "braces.json": lambda n: '{"identity":' + "{" * n,
    "deep.json": lambda n: '{"identity":{"type":"SystemAssigned"},"tags":' + around("[", "]", n) + "}",
    "numbers.json": lambda n: '{"identity":{"type":"SystemAssigned"},"a":' + "1" * n + "}",
    "comments.json": lambda n: '{"identity":{"type":"SystemAssigned"}' + fill("/* a */", n) + "}",
    "extra-commas.json": lambda n: '{"identity":{"type":"SystemAssigned"},"a":[' + fill("1,,", n) + "1]}",
    "passwords.json": lambda n: '{"properties":{"osProfile":{' + fill(lambda i: ("," if i else "") + f'"adminPassword":"Secret{i}word!"', n) + "}}}",
    "equal-passwords.json": lambda n: '{"properties":{"osProfile":{' + fill(lambda i: ("," if i else "") + '"adminPassword":"Secretword9!"', n) + "}}}",
    "long-variable.json": lambda n: template(fill(lambda i: ("," if i else "") + vm(i).replace('"westus"', "\"[variables('v')]\""), n // 2), variables='{"v":"' + half("x", n) + '"}'),
    "long-parameter.json": lambda n: template(fill(lambda i: ("," if i else "") + vm(i).replace('"westus"', "\"[parameters('v')]\""), n // 2), parameters='{"v":{"type":"string","defaultValue":"' + half("x", n) + '"}}'),
    "object-variable.json": lambda n: template(fill(lambda i: ("," if i else "") + vm(i, ",\"properties\":\"[variables('v')]\""), n // 2), variables='{"v":{' + fill(lambda i: ("," if i else "") + f'"a{i}":1', n // 2) + "}}"),
    "doubling-variables.json": lambda n: template(vm(0).replace('"westus"', "\"[variables('v99')]\""), variables='{"v0":"x",' + fill(lambda i: ("," if i else "") + f"\"v{i + 1}\":\"[concat(variables('v{i}'),variables('v{i}'))]\"", n) + "}"),
    "arguments.json": lambda n: template(vm(0, ",\"tags\":{\"a\":\"[concat('a'" + fill(",'a'", n) + ")]\"}")),
    "many-depends.json": lambda n: template(vm(0, ',"dependsOn":[' + fill(lambda i: ("," if i else "") + f"\"[resourceId('Microsoft.Compute/virtualMachines','v{i}')]\"", n) + "]")),
    "outputs.json": lambda n: template(vm(0), outputs="{" + fill(lambda i: ("," if i else "") + f"\"o{i}\":{{\"type\":\"string\",\"value\":\"[reference('v{i}').x]\"}}", n) + "}"),
    "expression-ids.json": lambda n: template(fill(lambda i: ("," if i else "") + f'{{"type":"Microsoft.Compute/virtualMachines","apiVersion":"2024-07-01","name":"v{i}","location":"w","identity":{{"type":"UserAssigned","userAssignedIdentities":{{"[resourceId(\'Microsoft.ManagedIdentity/userAssignedIdentities\',\'i{i}\')]":{{}}}}}}}}', n)),
    "slashes.json": lambda n: template(vm("/a" * (n // 2))),
    "property-copies.json": lambda n: vms(n, lambda i: vm(i, ',"properties":{"copy":[{"name":"dataDisks","count":3,"input":{"lun":"[copyIndex(\'dataDisks\')]"}}]}')),
    "secure-parameters.json": lambda n: template(vm(0), parameters="{" + fill(lambda i: ("," if i else "") + f'"p{i}":{{"type":"secureString","defaultValue":"Geheim{i}wort"}}', n) + "}"),
}

COMMANDS = {
    "lint": ["lint", "--no-config", "--exit-zero", "--quiet", "--format", "json"],
    "text": ["lint", "--no-config", "--exit-zero", "--quiet"],
    "sarif": ["lint", "--no-config", "--exit-zero", "--quiet", "--format", "sarif"],
    "gitlab": ["lint", "--no-config", "--exit-zero", "--quiet", "--format", "gitlab"],
    "diff": ["lint", "--no-config", "--exit-zero", "--quiet", "--diff"],
    "requests": ["requests", "--format", "json"],
}

MIB = 1 << 20


def run(program, arguments, limit):
    """The processor's seconds, the memory in bytes and the bytes of output of a process."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen([program, *arguments], stdout=out, stderr=subprocess.DEVNULL, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)))
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0, 2)
        return usage.ru_utime, usage.ru_maxrss * 1024, out.tell(), child.returncode


def write(path, make, size):
    """Writes the file in a process of its own: what this one has held counts as memory of those that it starts."""
    child = os.fork()
    if child == 0:
        with open(path, "w", encoding="utf-8") as file:
            file.write(make(size))
        os._exit(0)
    os.waitpid(child, 0)
    return os.path.getsize(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--from", dest="first", type=int, default=1 << 19)
    parser.add_argument("--to", dest="last", type=int, default=1 << 23)
    parser.add_argument("--only", default="")
    parser.add_argument("--commands", default="lint")
    parser.add_argument("--limit", type=int, default=30, help="seconds for one process")
    parser.add_argument("--floor", type=float, default=0.02, help="seconds below which growth says nothing")
    arguments = parser.parse_args()
    wrong = 0
    for command in arguments.commands.split(","):
        for name, make in SHAPES.items():
            if arguments.only not in name:
                continue
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, name)
                size, rows, worst, memory = arguments.first, [], 0.0, 0.0
                while size <= arguments.last:
                    written = write(path, make, size)
                    seconds, peak, output, code = run(arguments.program, [*COMMANDS[command], path], arguments.limit)
                    if rows and rows[-1] > arguments.floor:
                        worst = max(worst, seconds / rows[-1])
                    rows.append(seconds)
                    factor = 12 if output < 1000 and command == "lint" and name.endswith(".json") else 24
                    memory = max(memory, (peak - 16 * MIB) / written)
                    mark = []
                    if code not in (0, 1):
                        mark.append(f"ended with {code}")
                        break
                    size *= 2
                if worst > 2.3:
                    mark.append("grows")
                if memory > factor:
                    mark.append("memory")
                wrong += bool(mark)
                times = " ".join(f"{row:.2f}" for row in rows)
                print(f"{command:8} {name:28} {worst:5.2f} x  {memory:6.1f} x  {output / written:6.1f} out  {times}  {' '.join(mark).upper()}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

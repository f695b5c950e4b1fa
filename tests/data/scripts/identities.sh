#!/usr/bin/env bash
set -euo pipefail

SUBSCRIPTION_ID="${1:?subscription}"
API_VERSION="2023-07-01"
BASE="https://management.azure.com/subscriptions/${SUBSCRIPTION_ID}"
VM_URL="${BASE}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm?api-version=${API_VERSION}"

token() { az account get-access-token --query accessToken -o tsv; }

# A body in a variable.
body='{"identity": {"type": "SystemAssigned"}}'
curl -sS -X PATCH "$VM_URL" \
  -H "Authorization: Bearer $(token)" \
  -H "Content-Type: application/json" \
  -d "$body"

# A body from a heredoc, quoted and not.
curl -X PATCH "$VM_URL" -H "Content-Type: application/json" -d @- <<EOF
{"identity": {"type": "UserAssigned", "userAssignedIdentities": {"$IDENTITY_ID": {}}}}
EOF

read -r -d '' none <<'JSON' || true
{
  "identity": {"type": "None"}
}
JSON
az rest --method patch --url "$VM_URL" --body "$none"

keep=$(cat <<'JSON'
{"identity": {"type": "SystemAssigned, UserAssigned"}}
JSON
)
az rest -m patch -u "$VM_URL" -b "$keep" --headers Content-Type=application/json

# A file that the script writes, and one that it finds.
cat > body.json <<'JSON'
{"identity": {"type": "SystemAssigned"}}
JSON
az rest --method PATCH --uri "${BASE}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm" \
  --uri-parameters api-version=2023-07-01 --body @body.json
armclient PATCH "$VM_URL" @other.json -verbose

for vm in a b; do
  id=$(az rest --method get --url "$BASE/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/$vm?api-version=2023-07-01" --query identity.principalId -o tsv)
  echo "$vm $id"
done

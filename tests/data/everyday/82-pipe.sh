echo '{"identity":{"type":"SystemAssigned"}}' | curl -X PATCH -H "Content-Type: application/json" -H "Authorization: Bearer $T" -d @- "https://management.azure.com/subscriptions/$S/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web?api-version=2023-07-01"
cat <<EOF | az rest -m patch -u "https://management.azure.com/subscriptions/$S/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web?api-version=2023-07-01" -b @-
{"identity":{"type":"SystemAssigned"}}
EOF

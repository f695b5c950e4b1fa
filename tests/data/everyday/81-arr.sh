args=(-X PATCH -H "Content-Type: application/json" -H "Authorization: Bearer $T")
curl "${args[@]}" -d '{"identity":{"type":"SystemAssigned"}}' "https://management.azure.com/subscriptions/$S/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web?api-version=2023-07-01"

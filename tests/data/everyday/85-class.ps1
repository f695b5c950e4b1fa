class A {
  [void] Do() {
    $b = '{"identity":{"type":"SystemAssigned",}}'
    Invoke-AzRestMethod -Method Patch -Path "/subscriptions/$($this.S)/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web?api-version=2023-07-01" -Payload $b | Out-Null
  }
}

$ErrorActionPreference = 'Stop'
function Say([string] $Key, [string] $Value) { Write-Output "closednet: $Key=$Value" }

$program = Join-Path $env:ProgramFiles 'Amazon\AmazonCloudWatchAgent'
$data = Join-Path $env:ProgramData 'Amazon\AmazonCloudWatchAgent'
if (-not (Test-Path "$program\amazon-cloudwatch-agent-ctl.ps1")) {
    throw 'install the agent first: Run Command AWS-ConfigureAWSPackage, AmazonCloudWatchAgent'
}

New-Item -ItemType Directory -Force $data | Out-Null
$common = @"
[credentials]
   shared_credential_profile = "default"
   shared_credential_file = "C:\\Windows\\System32\\config\\systemprofile\\.aws\\credentials"
"@
$file = Join-Path $data 'common-config.toml'
if ((Test-Path $file) -and -not (Test-Path "$file.before-closednet")) {
    Copy-Item $file "$file.before-closednet"
}
[IO.File]::WriteAllText($file, $common)

$config = Join-Path $data 'closednet-config.json'
[IO.File]::WriteAllText($config, $ConfigText)
& "$program\amazon-cloudwatch-agent-ctl.ps1" -a fetch-config -m onPremise -s -c "file:$config"
$status = & "$program\amazon-cloudwatch-agent-ctl.ps1" -a status -m onPremise
Say 'cloudwatch_status' (($status -join '') -replace '\s', '')

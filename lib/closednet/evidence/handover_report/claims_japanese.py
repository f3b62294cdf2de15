"""
Requirements and claims of checks in Japanese; a claim stands under its English pattern.
"""

from __future__ import annotations

from typing import Final


REQUIREMENTS: Final = {
    "S1": "操作端末、DNS サーバー、すべてのサーバーから AWS への閉域経路",
    "S2": "アカウント構成(1 つまたは 2 つ)と、各ステップでの正しいアカウントの使用",
    "S3": "サイトの要望に応じたアクティベーションのインスタンス枠",
    "S4": "すべてのサービスのインターフェイスエンドポイント",
    "S5": "Route 53 Resolver のインバウンドエンドポイント",
    "S6": "サイトの DNS からの転送とプライベートアドレスの応答",
    "S7": "S3 のリージョン名のプライベートホストゾーン",
    "S8": "S3 エンドポイント経由での SSM エージェントの取得と導入",
    "S9": "ハイブリッドアクティベーション(コードは一切表示されない)",
    "S10": "すべてのサーバーの重複のない登録",
    "S11": "すべてのサーバーがマネージドノードとしてオンライン",
    "S12": "マネージドノードの最小権限ポリシー",
    "S13": "Session Manager と Run Command の動作とその出力",
    "S14": "SSM エージェントの定期的な更新",
    "S15": "すべてのサーバーへの CloudWatch エージェントの導入",
    "S16": "CloudWatch エージェントの認証情報(選択どおり)",
    "S17": "CloudWatch エージェントのプロファイルの AWS 設定ファイルへの追記",
    "S18": "パラメーターに基づく CloudWatch エージェントの設定",
    "S19": "その設定での CloudWatch エージェントの起動",
    "S20": "CloudWatch へのログとメトリクスの到達",
    "S21": "CloudWatch エージェントの定期的な更新",
}

# The more special pattern stands first: the first that fits is taken.
CLAIMS: Final = {
    "the caller is in the {0} account": "呼び出し元が {0} アカウントに属している",
    "VPC {0} is {1} in {2}": "VPC {0} が {2} にあり、アドレス範囲が {1} である",
    "the VPC resolves names: DNS support and DNS host names are on": "VPC の名前解決"
    "(DNS サポートと DNS ホスト名)が有効である",
    "subnet {0} is {1} in {2} with room": "サブネット {0} が {1}、{2} であり、空きがある",
    "subnet {0} knows the way back to {1}": "サブネット {0} に {1} への戻り経路がある",
    "what {0} leads to is not down": "{0} の先にある接続がダウンしていない",
    "the network ACL of {0} lets the site ask and answers out": "{0} のネットワーク ACL が"
    "サイトからの要求とその応答を通す",
    "{0} can be the inbound address in {1}": "{0} を {1} のインバウンドアドレスに使用できる",
    "the subnets lie in at least two Availability Zones": "サブネットが 2 つ以上の AZ に"
    "ある",
    "{0} is offered as an interface endpoint in the site's zones": "サイトの AZ で {0} の"
    "インターフェイスエンドポイントが提供されている",
    "the VPC has room for the interface endpoints": "VPC のインターフェイスエンドポイントの"
    "上限に余裕がある",
    "nothing of others is in the way of {0}": "{0} の妨げとなる他者のリソースがない",
    "no zone or Resolver rule of others answers the services' names": "サービスの名前に応答"
    "する他者のゾーンまたは Resolver ルールがない",
    "the key that encrypts sessions is usable": "セッションの暗号化キーが使用できる",
    "the key that encrypts sessions can be used": "セッションの暗号化キーが使用できる",
    "the bucket for command output exists": "コマンド出力用のバケットが存在する",
    "DNS server {0} answers": "DNS サーバー {0} が応答する",
    "server {0} is reached over its connector": "サーバー {0} に接続できる",
    "server {0} is fit for both agents": "サーバー {0} に両エージェントを導入できる状態である",
    "the {0} endpoint is available": "{0} エンドポイントが利用可能である",
    "the {0} endpoint has one private address in every subnet": "{0} エンドポイントが"
    "サブネットごとに 1 つのプライベートアドレスを持つ",
    "the {0} endpoint lets only the site's servers in": "{0} エンドポイントがサイトの"
    "サーバーのみに通信を許可している",
    "the policy of the {0} endpoint admits what servers do through it": "{0} エンドポイント"
    "のポリシーがサーバーに必要な操作を許可している",
    "the inbound endpoint is operational": "インバウンドエンドポイントが稼働している",
    "the inbound endpoint has the addresses that the parameters fix": "インバウンドエンド"
    "ポイントがパラメーターどおりのアドレスを持つ",
    "inbound address {0} answers {1} at all": "インバウンドアドレス {0} が {1} に応答する",
    "DNS server {0} answers {1} at all": "DNS サーバー {0} が {1} に応答する",
    "inbound address {0} answers {1} with the addresses of {2}": "インバウンドアドレス {0}"
    " が {1} に {2} のアドレスで応答する",
    "DNS server {0} answers {1} with the addresses of {2}": "DNS サーバー {0} が {1} に"
    " {2} のアドレスで応答する",
    "inbound address {0} has no IPv6 address for {1}": "インバウンドアドレス {0} が {1} に"
    " IPv6 アドレスを応答しない",
    "DNS server {0} has no IPv6 address for {1}": "DNS サーバー {0} が {1} に IPv6 アドレス"
    "を応答しない",
    "the zone {0} is associated with the VPC of the endpoints": "ゾーン {0} がエンドポイント"
    "の VPC に関連付けられている",
    "no zone is needed, because the site does not reach S3": "サイトが S3 を使用しないため、"
    "ゾーンは不要である",
    "the node role trusts Systems Manager of this account and Region alone": "ノードの"
    "ロールが、このアカウントとリージョンの Systems Manager のみを信頼している",
    "the inline policy {0} is the one that was generated": "インラインポリシー {0} が生成"
    "されたものと一致している",
    "no full-access or administrator policy is attached to the node role": "ノードのロールに"
    "フルアクセスまたは管理者ポリシーが付与されていない",
    "no inline policy of the node role allows all actions of a service": "ノードのロールに"
    "サービスの全操作を許可するインラインポリシーがない",
    "the node role {0} allows all that its nodes do": "ノードのロール {0} がノードに必要な"
    "操作をすべて許可している",
    "an activation of this site is listed and unexpired, with its tags": "このサイトの"
    "アクティベーションが有効期限内であり、タグが付いている",
    "it is as planned: role, limit and lifetime": "アクティベーションのロール、登録上限、"
    "有効期間が計画どおりである",
    "it has room for the servers that are not registered yet": "未登録のサーバー分の登録枠が"
    "ある",
    "the activation code can be had from the secret store": "アクティベーションコードを保管先"
    "から取得できる",
    "the instances tier allows what the site wishes": "インスタンス枠がサイトの要望を満たす",
    "no secret stands in what is planned and kept": "計画と証跡に秘密情報が含まれない",
    "{0} is an online managed node": "{0} がマネージドノードとしてオンラインである",
    "{0} registered with this site's activation and role": "{0} がこのサイトのアクティベー"
    "ションとロールで登録されている",
    "{0} runs SSM Agent {1} or newer": "{0} で SSM エージェント {1} 以降が稼働している",
    "what this runbook installed on {0} bears AWS's signature": "{0} に導入したパッケージの"
    " AWS の署名が検証されている",
    "{0} reaches every service over the private link": "{0} から閉域経路ですべてのサービスに"
    "到達できる",
    "{0} has the right time": "{0} の時刻が正しい",
    "no server is registered twice": "重複して登録されたサーバーがない",
    "no two servers have the same machine id": "マシン ID が重複するサーバーがない",
    "log group {0} exists and keeps events as long as planned": "ロググループ {0} が存在し、"
    "保持期間が計画どおりである",
    "log group {0} keeps events for {1} days": "ロググループ {0} の保持期間が {1} 日である",
    "sessions are encrypted with the site's key and logged to its group": "セッションが"
    "サイトのキーで暗号化され、ロググループに記録される",
    "the message channel of {0} is open": "{0} のメッセージチャネルが接続されている",
    "what {0} says is found in {1}": "{0} の出力が所定の場所にある({1})",
    "no other schedule runs {0} here outside the hours of this site": "このサイトの時間帯"
    " 以外に {0} を実行する別のスケジュールがここにない",
    "{0} is scheduled for the nodes of this site alone": "{0} がこのサイトのノードのみを対象に"
    "定期実行される",
    "{0} ran on {1} and succeeded": "{0} が {1} で成功した",
    "the CloudWatch agents use the credentials that the parameters choose": "CloudWatch"
    " エージェントがパラメーターで選択した認証情報を使用している",
    "the CloudWatch agent of {0} runs with a configuration": "{0} の CloudWatch エージェント"
    "が設定済みで稼働している",
    "the configuration on {0} is what the parameters say": "{0} の設定がパラメーターと一致"
    "している",
    "the agent of {0} uses profile {1}; [default] is intact": "{0} のエージェントが"
    "プロファイル {1} を使用し、[default] は変更されていない",
    "{0} updates the CloudWatch agent of {1}, {2}": "{0} が {1} の CloudWatch エージェントを"
    "更新する({2})",
    "a line written to the system log of {0} arrives in {1}": "{0} のシステムログに書いた行が"
    " {1} に到達する",
    "every configured metric of {0} arrives and is fresh": "{0} の設定済みメトリクスがすべて"
    "最新の値で到達している",
    "{0} can be verified": "{0} を確認できる",
    "{0} is gone": "{0} が削除されている",
    "{0} is as it was": "{0} が元の状態に戻っている",
    "{0} was taken back": "{0} が取り消されている",
}

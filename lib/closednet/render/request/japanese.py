"""
What a change request says in Japanese.
"""

from __future__ import annotations

from typing import Final

from closednet.render.request.japanese_risks import RISKS
from closednet.render.request.kinds_japanese import KINDS, LABELS
from closednet.render.request.vocabulary import Words


_HEAD: Final = {
    "title": "変更申請書: {site} におけるロールアウト",
    "title.undo": "変更申請書: {site} における実行 {run} の切り戻し",
    "lead": "本書は、下記のダイジェストを承認することにより許可されるすべての変更を"
    "示します。適用時に本書と異なる点が見つかった場合、その変更は拒否されます。",
    "digest": "ロールアウトダイジェスト",
    "banner": "リハーサル(模擬環境): AWS および実サーバーには接続していません",
    "summary": "概要",
    "summary.site": "サイト",
    "summary.region": "リージョン",
    "summary.network": "ネットワークアカウント",
    "summary.management": "管理アカウント",
    "summary.changes": "変更件数",
    "summary.risks": "リスク",
    "summary.duration": "所要時間(見積り)",
    "summary.cost": "継続費用",
    "summary.lasting": "切り戻し",
    "summary.windows": "作業時間帯",
    "summary.approvals": "必要な承認",
    "risks.count": "{n} 件(うち「高」{g} 件。「他システムへの影響とリスク」を参照)",
    "count.create": "作成 {n} 件",
    "count.update": "変更 {n} 件",
    "count.delete": "削除 {n} 件",
    "count.by_hand": "手作業 {n} 件",
    "count.nothing": "変更なし",
    "value.none": "なし",
    "value.yes": "はい",
    "value.no": "いいえ",
    "value.long": "付録を参照",
    "value.more": "、ほか {n} 件",
    "time.hours": "{n} 時間",
    "time.minutes": "{n} 分",
}

_CHANGES: Final = {
    "changes": "ステップごとの変更内容",
    "changes.lead": "1 つのステップが 1 つのノートブックに対応します。他者が作成した"
    "リソースを変更または削除することはありません。記号の意味は次のとおりです。"
    "{create}: 作成、{update}: 変更、{delete}: 削除、{by_hand}: 手作業。",
    "changes.none": "このステップに変更はありません。確認のみを行います。",
    "column.change": "変更内容",
    "column.details": "詳細",
    "column.step": "ステップ",
    "column.duration": "見積り",
    "kept": "現状のまま維持するもの({n} 件):",
    "kept.adopted": "{key}: 他者が作成した既存リソースをそのまま利用",
    "kept.made by this runbook": "{key}: 以前の実行で作成済み、あるべき状態と一致",
    "kept.undone": "{key}: 切り戻し済み",
    "kept.used": "{key}: 他サイト({sites})が使用中のため維持。そのサイトの撤去後に再度切り戻すと"
    "削除されます",
    "kept.may": "{key}: 使用リソースを申告していない他サイト({sites})が使用している可能性がある"
    "ため維持",
    "calls.writes": "書き込みを行う API 操作: {calls}",
    "calls.reads": "読み取りを行う API 操作と権限: {calls}",
    "calls.none": "このステップに書き込みを行う API 操作はありません。作業はサーバー上の"
    "スクリプト、または手作業で行います。",
    "step.preflight": "事前確認",
    "step.endpoints": "インターフェイスエンドポイント",
    "step.inbound-endpoint": "インバウンドエンドポイントと転送設定",
    "step.hosted-zone": "S3 用プライベートホストゾーン",
    "step.activation": "サービスロール、インスタンス枠、ハイブリッドアクティベーション",
    "step.ssm-agent": "サーバーへの SSM エージェントの導入",
    "step.iam-attach": "権限、セッション設定、エージェントの更新",
    "step.cloudwatch-agent": "CloudWatch エージェントの導入",
    "step.cloudwatch-verification": "メトリクスとログの到達確認",
    "purpose.preflight": "最初の変更に先立ち、アカウント、ネットワーク、サーバーの状態を"
    "確認します。",
    "purpose.endpoints": "完了後、エージェントが必要とするすべての AWS サービスが、"
    "サイト用サブネット内のプライベートアドレスを持ちます。",
    "purpose.inbound-endpoint": "完了後、サイトの DNS サーバーは AWS の名前の問い合わせを"
    " AWS へ転送し、プライベートアドレスの応答を得ます。",
    "purpose.hosted-zone": "完了後、S3 のリージョン名はプライベートなエンドポイントに"
    "名前解決されます。",
    "purpose.activation": "完了後、最小権限のロールにより、サーバーをマネージドノードと"
    "して登録できます。",
    "purpose.ssm-agent": "完了後、すべてのサーバーが重複なく登録され、オンラインになり"
    "ます。",
    "purpose.iam-attach": "完了後、コマンドとセッションの記録が所定の場所に保存され、"
    "エージェントは自動で更新されます。",
    "purpose.cloudwatch-agent": "完了後、すべてのサーバーがメトリクスとログを送信します。",
    "purpose.cloudwatch-verification": "すべてのサーバーのメトリクスとログが到達している"
    "ことを確認します。",
}

_MANUAL: Final = {
    "manual": "担当部門による手作業",
    "manual.lead": "以下の作業は本手順で計画および確認を行い、実施は各担当者が行います。",
    "manual.none": "ありません。",
    "manual.dns": "実施時期: ステップ 20 でインバウンドエンドポイントを作成した後、"
    "ステップ 30 の開始前。設定後、すべての DNS サーバーにすべての名前を UDP と TCP の"
    "両方で問い合わせて確認します。取り消し手順も同じファイルに記載しています。",
    "manual.dns.undo": "実施時期: インバウンドエンドポイントを削除する前に、最初に"
    "実施します。すべての DNS サーバーに問い合わせて確認します。",
    "manual.servers": "実施時期: 該当ステップでスクリプトが出力された後。アクティベー"
    "ションコードはスクリプトに含まれず、実行時に入力を求められます。",
    "manual.servers.undo": "実施時期: 登録を解除する前。",
    "manual.firewall": "実施時期: 作業時間帯の開始前。戻りの通信は同一の接続で行われ"
    "ます。",
    "manual.file": "設定するファイル: {file}",
    "who.DNS administrator": "DNS 管理者",
    "who.server administrator": "サーバー管理者",
    "who.owner of the resource": "リソースの所有者",
    "manual.owner": "実施時期: 該当ステップの前。条件を満たすと計画から除か"
    "れます。必要な最小限の変更のみを依頼します。",
    "manual.owner.undo": "実施時期: 所有者の判断によります。",
    "who.firewall team": "ファイアウォール担当",
    "column.work": "作業内容",
    "column.from": "送信元",
    "column.to": "宛先",
    "column.protocol": "プロトコル",
    "column.port": "ポート",
    "column.why": "用途",
    "why.AWS APIs and packages by PrivateLink": "PrivateLink 経由の AWS API 呼び出しと"
    "パッケージの取得",
    "why.the servers ask the site's DNS": "サーバーからサイトの DNS への問い合わせ",
    "why.the site's DNS forwards AWS names": "サイトの DNS から AWS への名前の転送",
}

_COSTS: Final = {
    "costs": "費用",
    "costs.none": "この変更による継続費用の増加はありません。",
    "costs.total": "月額合計",
    "costs.note": "サイトのパラメーターに記載された {day} 時点の定価に基づき、1 か月を"
    " 730 時間として算出しています。通信量とログの量に応じた費用は含みません。",
    "cost.none": "増加なし",
    "cost.total": "月額 {total} 米ドル({day} 時点の価格)",
    "cost.endpoints": "インターフェイスエンドポイント(サブネットごとに 1 アドレス)",
    "cost.inbound-endpoint": "インバウンドエンドポイント(サブネットごとに 1 アドレス)",
    "cost.hosted-zone": "プライベートホストゾーン",
    "cost.activation": "アドバンスドインスタンス枠のマネージドノード(本サイト分)",
    "cost.cloudwatch-agent": "カスタムメトリクス(最小数)",
    "price.hour": "1 時間あたり {price} 米ドル",
    "price.month": "1 か月あたり {price} 米ドル",
    "column.item": "項目",
    "column.quantity": "数量",
    "column.price": "単価",
    "column.month": "月額(米ドル)",
    "durations": "所要時間",
    "durations.total": "合計",
    "durations.note": "実際のサイトにおける見積りです。手作業の完了を待つ時間は含みま"
    "せん。実行は手作業を {waits} 待ち、それを過ぎた場合は同じ承認のもとで後から再開"
    "できます。",
}

_BACK: Final = {
    "rollback": "切り戻し計画",
    "rollback.undo": "本申請自体が切り戻しです。再度ロールアウトする場合は、改めて計画し、"
    "承認を得てください。",
    "rollback.lead": "切り戻しは、実施記録に記載された変更のみを、新しいものから順に取り"
    "消します。切り戻しも固有のダイジェストを持つ計画であり、同じ手順で承認し、適用し"
    "ます。実施後に第三者が変更したリソースがある場合は、切り戻しを拒否します。",
    "rollback.1": "切り戻しを判断する: 確認項目が不合格となり、作業時間帯の中で是正できない"
    "場合。",
    "rollback.2": "最初に、DNS 管理者が転送設定を削除する。",
    "rollback.3": "closednet rollback PARAMS --run RUN_ID を実行し、逆変更の一覧とその"
    "ダイジェストを確認する。",
    "rollback.4": "そのダイジェストの承認を得て適用し、すべてのリソースの有無を再度確認"
    "する。",
    "rollback.stays": "この切り戻しでは元に戻らないもの:",
    "reversible.yes": "可",
    "reversible.partly": "一部",
    "reversible.by_hand": "手作業",
    "lasting.none": "すべての変更を元に戻せます",
    "lasting.some": "可能です。ただし {n} 件の変更は完全には元に戻りません(「切り戻し"
    "計画」を参照)",
    "lasting.association": "ドキュメントの実行によりサーバーに導入された内容は残ります。",
    "lasting.log-group.kept": "ロググループとログイベントは残ります。",
    "lasting.log-group.deleted": "ログイベントは完全に失われます。",
    "lasting.service-setting": "30 分以上を要し、ハイブリッドノードが 1,000 台を超える"
    "場合は実施できません。発生済みの料金は戻りません。",
    "column.undone": "取り消しの内容",
    "column.reversible": "可否",
    "column.lasting": "元に戻らないもの",
}

_APPROVING: Final = {
    "approvals": "承認",
    "approvals.after": "承認は本計画に対してのみ有効です。パラメーター、対象、ノート"
    "ブック、ライブラリのいずれかが 1 バイトでも異なる場合、または環境の状態が変化した"
    "場合、適用は拒否され、相違点が示されます。",
    "approvals.how": "本書のダイジェストを用いて適用する場合:",
    "approvals.how.signed": "各承認者が自身の SSH 鍵で承認し、その後に適用する場合:",
    "approvals.command": "closednet apply PARAMS --approve {digest}",
    "approvals.command.signed": "closednet approve change-request.json --as YOU@EXAMPLE"
    " --key ~/.ssh/id_ed25519 --digest {digest}\n"
    "closednet apply PARAMS --plan change-request.json --approve {digest}",
    "demand.digest": "署名は不要です。承認権限を持つ方がロールアウトダイジェストを提示"
    "することで承認とします。",
    "demand.signed": "登録済みの承認者 {n} 名の署名が必要です(署名の有効期間は {hours}"
    " 時間)。",
    "demand.role": "役割「{role}」の承認者 {n} 名以上の署名を含む必要があります。",
    "windows": "変更を開始できる時間帯は、{windows}です。",
    "windows.one": "{begins} から {ends} まで",
    "windows.none": "作業時間帯の指定はありません。",
    "digests": "承認の対象範囲",
    "digests.lead": "ロールアウトダイジェストは、サイト、アカウント、パラメーター、および"
    "すべての変更を対象とします。署名は、その他のダイジェストも対象とします。",
    "digests.settings": "パラメーター(解釈後の内容)",
    "digests.of": "内訳: {what}",
    "group.parameters": "パラメーターのファイル",
    "group.targets": "対象",
    "group.notebooks": "ノートブック",
    "group.library": "ライブラリ",
    "files": "{n} 件",
    "column.role": "役割",
    "column.required": "必要人数",
    "column.signers": "承認者",
    "column.steps": "対象のステップ",
    "column.what": "対象",
    "column.digest": "ダイジェスト",
    "column.parts": "内訳",
    "appendix": "付録: ポリシーと設定内容",
    "appendix.lead": "新規のものは全文を、変更するものは差分を示します。",
}

JAPANESE: Final = Words(
    "ja",
    _HEAD | _CHANGES | _MANUAL | _COSTS | _BACK | _APPROVING | RISKS,
    KINDS,
    LABELS,
    comma="、",
    gap="",
)

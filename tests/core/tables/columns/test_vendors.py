"""Exports as systems write them: each header line with rows of its kind, and what each column must be taken for."""

from pathlib import Path

import pytest

from fewsight.tables import Counts, open_histories
from fewsight.tables.mapping import ColumnMapping

T1, T2 = "2024-03-01T09:15:00Z", "2024-03-02T10:00:00Z"
LATE, BACK = "Where is my parcel? It is late", "I want my money back please"
SPAET, GELD = "Wo bleibt mein Paket denn nur", "Ich möchte mein Geld zurück haben"


def mapping_of(folder: Path, header: str, *rows: str) -> tuple[ColumnMapping, Counts]:
    (folder / "t.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    with open_histories(folder / "t.csv", tz="Europe/Berlin") as histories:
        return histories.mapping, histories.counts


@pytest.mark.parametrize(
    ("header", "rows", "roles"),
    [
        pytest.param(
            "id,requester_id,assignee_id,created_at,updated_at,type,priority,status,subject,description",
            [f"1,77,9,{T1},{T2},incident,high,open,Parcel,{LATE}", f"2,77,9,{T2},{T2},question,low,new,Money,{BACK}"],
            {"event_id": "id", "customer_id": "requester_id", "time": "created_at", "subject": "subject",
             "text": "description"},
            id="Zendesk",
        ),
        pytest.param(
            "Ticket ID,Subject,Status,Priority,Source,Type,Agent,Created time,Due by Time,Full name,Email,Description",
            [f"1,Parcel,Open,Low,Portal,Question,Bob,{T1},{T2},Ann,ann@example.org,{LATE}",
             f"2,Money,Open,Low,Email,Problem,Bob,{T2},{T2},Ann,ann@example.org,{BACK}"],
            {"event_id": "Ticket ID", "customer_id": "Email", "time": "Created time", "text": "Description",
             "channel": "Source"},
            id="Freshdesk",
        ),
        pytest.param(
            "Case Number,Case Owner,Contact ID,Contact Name,Account Name,Subject,Description,Case Origin,Status,"
            "Date/Time Opened,Date/Time Closed",
            [f"1,Bob,003A,Ann,Acme,Parcel,{LATE},Web,New,{T1},{T2}",
             f"2,Bob,003B,Cy,Acme,Money,{BACK},Email,New,{T2},"],
            {"event_id": "Case Number", "customer_id": "Contact ID", "time": "Date/Time Opened", "subject": "Subject",
             "text": "Description", "channel": "Case Origin"},
            id="Salesforce",
        ),
        pytest.param(
            "Ticket ID,Ticket name,Ticket description,Create date,Close date,Ticket owner,Associated Contact IDs",
            [f"1,Parcel,{LATE},{T1},{T2},Bob,501;502", f"2,Money,{BACK},{T2},,Bob,501"],
            {"event_id": "Ticket ID", "customer_id": "Associated Contact IDs", "time": "Create date",
             "subject": "Ticket name", "text": "Ticket description"},
            id="HubSpot",
        ),
        pytest.param(
            "Package Name,App Version Code,Reviewer Language,Device,Review Submit Date and Time,"
            "Review Submit Millis Since Epoch,Review Last Update Date and Time,Star Rating,Review Title,Review Text,"
            "Developer Reply Date and Time,Developer Reply Text,Review Link",
            [f"a.b,1,en,pixel,{T1},1709284500000,{T1},1,Bad,It crashes all the time,{T2},We are sorry to hear,http://x",
             f"a.b,1,en,pixel,{T2},1709373600000,{T2},5,Good,I like it very much,,,http://y"],
            {"time": "Review Submit Date and Time", "subject": "Review Title", "text": "Review Text"},
            id="Google Play",
        ),
        pytest.param(
            "Review Id,Review Created (UTC),Consumer Name,Review Title,Review Content,Review Stars,Reference Id",
            [f"r1,{T1},Ann,Late,{LATE},1,5", f"r2,{T2},Cy,Money,{BACK},2,6"],
            {"event_id": "Review Id", "customer_id": "Consumer Name", "time": "Review Created (UTC)",
             "subject": "Review Title", "text": "Review Content"},
            id="Trustpilot",
        ),
        pytest.param(
            "Issue key,Summary,Reporter Id,Assignee,Created,Updated,Status,Description",
            [f"SUP-1,Parcel,u1,Bob,{T1},{T2},Open,{LATE}", f"SUP-2,Money,u2,Bob,{T2},{T2},Open,{BACK}"],
            {"event_id": "Issue key", "customer_id": "Reporter Id", "time": "Created", "subject": "Summary",
             "text": "Description"},
            id="Jira",
        ),
        pytest.param(
            "anonymousId,userId,event,timestamp,messageId",
            [f"a1,u1,Product Viewed,{T1},m1", f"a1,u1,Order Completed,{T2},m2"],
            {"customer_id": "userId", "kind": "event", "time": "timestamp", "event_id": "messageId"},
            id="Segment",
        ),
        pytest.param(
            "event_date,event_timestamp,event_name,user_pseudo_id,device_category",
            ["2024-03-01,1709284500000000,page_view,123.456,mobile",
             "2024-03-02,1709373600000000,purchase,123.456,web"],
            {"customer_id": "user_pseudo_id", "kind": "event_name", "time": "event_timestamp"},
            id="GA4",
        ),
        pytest.param(
            "Email,Metric Name,Event Time,Campaign Name",
            [f"ann@example.org,Placed Order,{T1},", f"ann@example.org,Opened Email,{T2},Spring"],
            {"customer_id": "Email", "kind": "Metric Name", "time": "Event Time"},
            id="Klaviyo",
        ),
        pytest.param(
            "amazon-order-id,purchase-date,buyer-email,sku,product-name,quantity-purchased,currency,item-price",
            [f"111-1,{T1},a@example.org,S1,Kettle,1,EUR,39.00", f"111-2,{T2},b@example.org,S2,Beans,2,EUR,42.00"],
            {"event_id": "amazon-order-id", "customer_id": "buyer-email", "time": "purchase-date",
             "product": "product-name", "currency": "currency"},
            id="Amazon",
        ),
        pytest.param(
            "id,Created (UTC),Amount,Currency,Customer ID,Customer Email,Description,Status",
            [f"ch_1,{T1},19.90,eur,cus_1,a@example.org,Plan Plus,Paid",
             f"ch_2,{T2},19.90,eur,cus_2,b@example.org,Plan Plus,Paid"],
            {"event_id": "id", "customer_id": "Customer ID", "time": "Created (UTC)", "amount": "Amount",
             "currency": "Currency"},
            id="Stripe",
        ),
        pytest.param(
            "Kundennummer,Ticketnummer,Erstellt am,Betreff,Nachricht,Bearbeiter,Kanal",
            [f"K1,T1,{T1},Paket,{SPAET},Bob,Telefon", f"K2,T2,{T2},Geld,{GELD},Bob,E-Mail"],
            {"customer_id": "Kundennummer", "event_id": "Ticketnummer", "time": "Erstellt am", "subject": "Betreff",
             "text": "Nachricht", "channel": "Kanal"},
            id="German desk",
        ),
        pytest.param(
            "Bestellnummer;Kunden-Nr.;Bestelldatum;Artikelbezeichnung;Menge;Gesamtbetrag;Währung",
            [f"B1;K1;{T1};Kessel;1;39,00;EUR", f"B2;K2;{T2};Bohnen;2;42,00;EUR"],
            {"customer_id": "Kunden-Nr.", "event_id": "Bestellnummer", "time": "Bestelldatum",
             "product": "Artikelbezeichnung", "amount": "Gesamtbetrag", "currency": "Währung"},
            id="German shop",
        ),
        pytest.param(
            "N° client;Numéro de commande;Date de commande;Nom du produit;Montant TTC;Devise",
            [f"C1;1001;{T1};Bouilloire;39,00;EUR", f"C2;1002;{T2};Café;42,00;EUR"],
            {"customer_id": "N° client", "event_id": "Numéro de commande", "time": "Date de commande",
             "product": "Nom du produit", "amount": "Montant TTC", "currency": "Devise"},
            id="French shop",
        ),
        pytest.param(
            "ID de cliente,Fecha de creación,Asunto,Mensaje,Canal",
            [f"C1,{T1},Paquete,Dónde está mi paquete señores,web",
             f"C2,{T2},Dinero,Quiero que me devuelvan el dinero,app"],
            {"customer_id": "ID de cliente", "time": "Fecha de creación", "subject": "Asunto", "text": "Mensaje",
             "channel": "Canal"},
            id="Spanish desk",
        ),
        pytest.param(
            "Codice cliente,Data ordine,Numero ordine,Prodotto,Importo",
            [f"C1,{T1},1001,Bollitore,39.00", f"C2,{T2},1002,Caffè,42.00"],
            {"customer_id": "Codice cliente", "time": "Data ordine", "event_id": "Numero ordine", "product": "Prodotto",
             "amount": "Importo"},
            id="Italian shop",
        ),
        pytest.param(
            "Código do cliente,Data do pedido,Número do pedido,Produto,Valor total",
            [f"C1,{T1},1001,Chaleira,39.00", f"C2,{T2},1002,Café,42.00"],
            {"customer_id": "Código do cliente", "time": "Data do pedido", "event_id": "Número do pedido",
             "product": "Produto", "amount": "Valor total"},
            id="Portuguese shop",
        ),
        pytest.param(
            "Klantnummer,Besteldatum,Bestelnummer,Productnaam,Totaalbedrag",
            [f"K1,{T1},1001,Waterkoker,39.00", f"K2,{T2},1002,Koffie,42.00"],
            {"customer_id": "Klantnummer", "time": "Besteldatum", "event_id": "Bestelnummer", "product": "Productnaam",
             "amount": "Totaalbedrag"},
            id="Dutch shop",
        ),
        pytest.param(
            "订单编号,买家会员名,宝贝标题,买家实际支付金额,订单创建时间",
            ["T1,小王,咖啡机,399.00,2024-03-01 09:15:00", "T2,小李,咖啡豆,89.00,2024-03-02 09:15:00"],
            {"event_id": "订单编号", "customer_id": "买家会员名", "product": "宝贝标题", "time": "订单创建时间",
             "amount": "买家实际支付金额"},
            id="Taobao",
        ),
        pytest.param(
            "工单编号,客户编号,创建时间,工单标题,问题描述,来源渠道",
            [f"W1,K1,{T1},快递,我的快递怎么还没有到呢请查一下,电话",
             f"W2,K2,{T2},退款,我想要退款请尽快处理一下谢谢,微信"],
            {"event_id": "工单编号", "customer_id": "客户编号", "time": "创建时间", "subject": "工单标题",
             "text": "问题描述", "channel": "来源渠道"},
            id="Chinese desk",
        ),
        pytest.param(
            "問い合わせ番号,顧客ID,受付日時,件名,お問い合わせ内容",
            [f"W1,K1,{T1},荷物,荷物がまだ届きません確認してください", f"W2,K2,{T2},返金,返金をお願いしたいのですが"],
            {"event_id": "問い合わせ番号", "customer_id": "顧客ID", "time": "受付日時", "subject": "件名",
             "text": "お問い合わせ内容"},
            id="Japanese desk",
        ),
        pytest.param(
            "Buchungstag;Wertstellung;Auftraggeber/Empfänger;Verwendungszweck;IBAN;Betrag;Saldo",
            ["2024-03-01;2024-03-01;REWE;Einkauf Markt 12;DE02;-23,50;100,00",
             "2024-03-02;2024-03-02;Acme;Gehalt März;DE02;1500,00;1600,00"],
            {"customer_id": "IBAN", "time": "Buchungstag", "product": "Verwendungszweck", "amount": "Betrag"},
            id="German bank",
        ),
        pytest.param(
            "MSISDN,Call Date,Call Type,Duration,Charge Amount",
            [f"491700001,{T1},outgoing,60,0.10", f"491700001,{T2},incoming,30,0.00"],
            {"customer_id": "MSISDN", "time": "Call Date", "amount": "Charge Amount"},
            id="telco",
        ),
    ],
)  # fmt: skip
def test_columns_of_an_export_are_known(tmp_path: Path, header: str, rows: list[str], roles: dict[str, str]) -> None:
    mapping, counts = mapping_of(tmp_path, header, *rows)
    assert {role: mapping.columns.get(role) for role in roles} == roles
    assert (counts.quarantined, counts.duplicates) == (0, 0)
    assert set(mapping.columns) <= {*mapping.reasons}


@pytest.mark.parametrize(
    ("header", "rows", "roles"),
    [
        pytest.param(
            "Number,Opened,Caller,Short description,Description,Priority,Assigned to",
            [f"INC1,{T1},Ann,VPN,I can not connect to the network,High,Bob", f"INC2,{T2},Cy,Printer,{BACK},Low,Bob"],
            {"event_id": "Number", "customer_id": "Caller", "time": "Opened", "subject": "Short description",
             "text": "Description"},
            id="service desk",
        ),
        pytest.param(
            "Ticket-ID,Ticketname,Ticketbeschreibung,Erstellungsdatum,Zugehöriger Kontakt",
            [f"1,Lampe,{SPAET},{T1},Anna", f"2,Geld,{GELD},{T2},Eva"],
            {"event_id": "Ticket-ID", "customer_id": "Zugehöriger Kontakt", "time": "Erstellungsdatum",
             "subject": "Ticketname", "text": "Ticketbeschreibung"},
            id="German HubSpot",
        ),
        pytest.param(
            "Auftragskonto;Buchungstag;Buchungstext;Verwendungszweck;Kontonummer/IBAN;Betrag;Waehrung",
            ["DE11;05.01.24;LASTSCHRIFT;Beitrag Januar Fitness;DE99;-29,90;EUR",
             "DE11;18.01.24;GUTSCHRIFT;Gehalt Januar Firma;DE98;2500,00;EUR"],
            {"customer_id": "Auftragskonto", "time": "Buchungstag", "product": "Verwendungszweck", "amount": "Betrag"},
            id="savings bank",
        ),
        pytest.param(
            "#,How likely are you to recommend us?,What is the main reason for your score?,Email,Submit Date (UTC)",
            [f"a,3,It took three weeks,a@example.org,{T1}", f"b,9,Nice people and quick,b@example.org,{T2}"],
            {"customer_id": "Email", "time": "Submit Date (UTC)", "text": "What is the main reason for your score?"},
            id="survey",
        ),
        pytest.param(
            "order_id,customer_id,email,date,total",
            [f"1,0,a@example.org,{T1},1.00", f"2,0,b@example.org,{T2},2.00", f"3,7,c@example.org,{T2},3.00"],
            {"customer_id": "email"},
            id="guests of a shop",
        ),
        pytest.param(
            "Date,Time,Name,Type,Currency,Gross,From Email Address,To Email Address,Transaction ID",
            ["01/03/2024,09:15:00,Ann,Website Payment,EUR,49.90,a@example.org,s@example.org,T1",
             "13/03/2024,09:15:00,Cy,Payment Refund,EUR,-39.00,b@example.org,s@example.org,T2"],
            {"customer_id": "From Email Address", "time": "Date", "kind": "Type", "amount": "Gross"},
            id="PayPal",
        ),
    ],
)  # fmt: skip
def test_more_exports_are_known(tmp_path: Path, header: str, rows: list[str], roles: dict[str, str]) -> None:
    mapping, counts = mapping_of(tmp_path, header, *rows)
    assert {role: mapping.columns.get(role) for role in roles} == roles
    assert counts.quarantined == 0

//! The words by which documents say what a snippet is and what a call does. Documents are translated; the words are
//! those that their translators use. Silence is the answer to every doubt.

use crate::text::Marks;

/// Words for what a service answers, in small letters.
pub(super) static ANSWER: Marks = Marks::new(&[
    "response",
    "respond",
    "respuesta",
    "réponse",
    "antwort",
    "antwoord",
    "resposta",
    "risposta",
    "ответ",
    "回應",
    "回应",
    "响应",
    "応答",
    "응답",
    "odpowied",
    "odpověď",
    "yanıt",
    "returns",
    "returned",
    "sample output",
    "devuelve",
    "retourne",
    "zurückgegeben",
    "geretourneerd",
    "возвращ",
    "返回",
    "傳回",
    "http/1.1 2",
]);

/// Words for what is sent, in small letters.
pub(super) static BODY: Marks = Marks::new(&[
    "body",
    "payload",
    "cuerpo",
    "corps",
    "texto de la solicitud",
    "nachrichtentext",
    "anforderungstext",
    "hauptteil",
    "aanvraagtekst",
    "hoofdtekst",
    "corpo",
    "тело",
    "тексте запроса",
    "текст запроса",
    "本文",
    "主體",
    "主体",
    "正文",
    "본문",
    "treść",
    "gövde",
    "json file",
]);

/// Words for a request, in small letters.
pub(super) static REQUEST: Marks = Marks::new(&[
    "request",
    "solicitud",
    "requête",
    "demande",
    "anforderung",
    "anfrage",
    "aanvraag",
    "запрос",
    "要求",
    "请求",
    "リクエスト",
    "요청",
    "richiesta",
    "solicitação",
    "żądani",
    "istek",
]);

/// Beginnings of words that speak of removing: English, German, French, Spanish, Dutch, Portuguese, Italian,
/// Russian.
pub(super) const REMOVES: &[&str] = &[
    "remov",
    "delet",
    "unassign",
    "deassign",
    "detach",
    "disabl",
    "disassoc",
    "dissoc",
    "revok",
    "entfern",
    "lösch",
    "gelöscht",
    "deaktivier",
    "abgetrennt",
    "supprim",
    "retirer",
    "retirez",
    "retirar",
    "enlev",
    "désactiv",
    "détach",
    "elimin",
    "borrar",
    "borre",
    "deshabilit",
    "desactiv",
    "desasign",
    "verwijder",
    "uitschakel",
    "uitgeschakeld",
    "ontkoppel",
    "excluir",
    "exclua",
    "exclui",
    "desabilit",
    "desativ",
    "rimuov",
    "rimoz",
    "rimoss",
    "disabilit",
    "disattiv",
    "scolleg",
    "удал",
    "отключ",
    "снят",
    "отсоедин",
    "откреп",
];
pub(super) const REMOVES_EXACTLY: &[&str] =
    &["quitar", "quitando", "quitarla", "quitarlo", "cancellare", "snijd"];
/// Chinese and Japanese, which put no blanks between words.
pub(super) const REMOVES_UNSPACED: &[&str] =
    &["删除", "刪除", "移除", "解除", "禁用", "停用", "削除", "無効", "取り外", "取り除"];

pub(super) const ADDS: &[&str] = &[
    "enabl",
    "attach",
    "grant",
    "hinzuf",
    "hinzugef",
    "aktivier",
    "ajout",
    "agreg",
    "añad",
    "habilit",
    "toevoeg",
    "toegevoegd",
    "inschakel",
    "ingeschakeld",
    "adicion",
    "aggiung",
    "aggiunt",
    "abilit",
    "добав",
    "включ",
];
/// Words whose relatives (`user-assigned`) are part of what identities are called.
pub(super) const ADDS_EXACTLY: &[&str] = &[
    "add",
    "adds",
    "adding",
    "added",
    "associate",
    "associates",
    "associating",
    "activer",
    "activez",
    "activar",
    "assign",
    "assigns",
    "assigning",
    "zuweisen",
    "zuweist",
    "affecter",
    "affectez",
    "attribuer",
    "asignar",
    "asigne",
    "asigna",
    "toewijzen",
    "voeg",
    "atribuir",
    "atribua",
    "assegnare",
    "assegna",
    "назначить",
    "назначьте",
];
pub(super) const ADDS_UNSPACED: &[&str] = &["添加", "新增", "启用", "啟用", "追加", "有効"];

pub(super) const KEEPS: &[&str] = &[
    "keep",
    "kept",
    "retain",
    "preserv",
    "behalten",
    "behält",
    "beibehalt",
    "beizubehalten",
    "erhalten",
    "conserv",
    "garder",
    "manten",
    "behoud",
    "mantê",
    "mantén",
    "сохран",
    "остав",
];
pub(super) const KEEPS_UNSPACED: &[&str] = &["保留", "保持", "維持"];

pub(super) const NEGATIONS: &[&str] = &[
    "not", "never", "without", "avoid", "no", "cannot", "nicht", "kein", "keine", "ohne", "ne", "n'", "pas",
    "sans", "sin", "niet", "geen", "zonder", "não", "sem", "non", "senza", "не", "без",
];
pub(super) const NEGATIONS_UNSPACED: &[&str] = &["不", "ない", "ません", "避免", "未"];

pub(super) const ELSEWHERE: &[&str] =
    &["see", "siehe", "voir", "consultez", "consulte", "zie", "véase", "veja", "vedere", "vedi", "см"];
pub(super) const ELSEWHERE_UNSPACED: &[&str] = &["请参阅", "請參閱", "参照"];

pub(super) const USER: &[&str] =
    &["user", "benutzer", "utilisateur", "usuari", "usuári", "gebruiker", "utente", "пользовател"];
pub(super) const USER_UNSPACED: &[&str] = &["用户", "使用者", "ユーザー"];
pub(super) const SYSTEM: &[&str] = &["system", "systèm", "sistem", "syste", "систем"];
pub(super) const SYSTEM_UNSPACED: &[&str] = &["系统", "系統", "システム"];

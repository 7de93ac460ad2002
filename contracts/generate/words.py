"""What the golden examples say, by the name of the field."""

from __future__ import annotations

WORDS = {
    "title": "Videosamtal i stället för vissa hembesök",
    "what": "Erbjud videosamtal när ett hembesök inte behöver göras på plats.",
    "why": "Restiden tar tid från dem vi finns till för.",
    "how": "Surfplatta hos brukaren, samtalet bokas i förväg.",
    "expected_effect": "Fler möten på samma tid.",
    "beneficiaries": "Äldre med hemtjänst",
    "tags": "digitalt",
    "label": "Grupp 3",
    "name": "Idéverkstad på Stadsbiblioteket",
    "groups": "Grupp 3",
    "examples": "Kan tillsynen ske på annat sätt?",
    "focal_points": "Tid för möten",
    "selection_criteria": "Går att pröva inom tre månader",
    "outcome_text": "Tolv idéer kom in, en prövas nu.",
    "reason": "Målgruppen och målet finns redan i verksamhetsplanen.",
    "reason_code": "other",
    "next_step": "Planera ett litet test tillsammans med enheten.",
    "obstacle": "Upphandlingen av surfplattor är inte klar.",
    "what_changed": "Rutinen för bokning är ny sedan i mars.",
    "where": "Hemtjänsten i centrum",
    "hypothesis": "Videosamtal kan ersätta hälften av hembesöken.",
    "test_method": "Tre månader i en hemtjänstgrupp.",
    "test_group": "24 brukare i hemtjänstgrupp Söder",
    "id": "video-share",
    "criterion_id": "video-share",
    "metric": "Andel besök som skett på video",
    "unit_of_measure": "%",
    "measured_how": "Ur planeringssystemet, varje vecka",
    "method": "Räkning i planeringssystemet",
    "conditions": "Fysiskt besök när brukaren vill det.",
    "note": "Informerade vid hembesök, samtycke finns.",
    "evidence_level": "moderate",
    "surprise": "Många ville hellre ha ett kortare besök.",
    "deviations": "Testet började en vecka senare.",
    "explanation": "Surfplattan upplevdes som krånglig.",
    "receiver": "Enheten för välfärdsteknik",
    "statement": "Ett videosamtal ersätter inte ett besök som också är social samvaro.",
    "observation": "18 procent av besöken skedde på video.",
    "contributing_factors": "Besöken gällde ofta mer än det som stod i planen",
    "recommendation": "Fråga först vad besöket är till för.",
    "applies_when": "Besöket är insats och sällskap på samma gång.",
    "does_not_apply_when": "Tillsyn nattetid.",
    "proof": "Uppföljning efter ett halvår",
    "basis": "Personen har bett om det.",
    "criteria_hash": "fc6b0a5b9fb2aba7422930cde258890ee4f514e477ca4126e820e2fada083e11",
    "system": "projektverktyget",
    "external_id": "1042",
    "language": "sv",
    "channel": "inbox",
    "service": "experiments",
    "event_type": "experiment-failed.v1",
    "detail": "failed",
    "decided_as": "decider",
    "dismissed_reason": "Det testet gällde en annan målgrupp.",
}

DECIMALS = {"threshold": "50", "expected": "50", "baseline": "5", "value": "18", "observed": "18"}

INTEGERS = {
    "budget": 2_500_000,
    "hours": 120,
    "n": 24,
    "cost": 1_200_000,
    "attempt": 1,
    "amendments": 1,
    "ore": 1_200_000,
    "partition": 0,
    "position": 17,
}

UNITS = {"unit": "vof", "to_unit": "skola", "units_concerned": "socialtjanst", "from_unit": "vof"}

FALSE = {"met", "late", "again", "still_holds"}
